import { describe, expect, it } from "vitest";
import { createDocsPages } from "./docs-pages.ts";

function pagesOf(write: () => Promise<string>, faults: unknown[] = []) {
  return createDocsPages({ write, reportFault: (fault) => faults.push(fault) });
}

const pages = pagesOf(async () => '{"openapi":"3.1.1"}');

const files = [
  { path: "/openapi.json", contentType: "application/json", has: '{"openapi":"3.1.1"}' },
  { path: "/openapi.json?download", contentType: "application/json", has: '{"openapi":"3.1.1"}' },
  { path: "/docs", contentType: "text/html; charset=utf-8", has: '<script src="docs/viewer.js"' },
  { path: "/docs/start.js", contentType: "text/javascript; charset=utf-8", has: "openapi.json" },
  {
    path: "/docs/viewer.js",
    contentType: "text/javascript; charset=utf-8",
    has: "SwaggerUIBundle",
  },
  { path: "/docs/viewer.css", contentType: "text/css; charset=utf-8", has: ".swagger-ui" },
];

describe("createDocsPages()", () => {
  it.each(files)("answers $path", async ({ path, contentType, has }) => {
    const answer = await pages.answer("GET", path);
    expect(answer?.status).toBe(200);
    expect(answer?.body).toContain(has);
    expect(answer?.headers).toMatchObject({
      "content-type": contentType,
      "content-length": String(Buffer.byteLength(answer?.body ?? "")),
      "x-content-type-options": "nosniff",
    });
  });

  it.each(files)("answers HEAD of $path with the length alone", async ({ path }) => {
    const whole = await pages.answer("GET", path);
    const head = await pages.answer("HEAD", path);
    expect(head).toEqual({ ...whole, body: "" });
  });

  it("lets the page load nothing but from its own server", async () => {
    const answer = await pages.answer("GET", "/docs");
    expect(answer?.headers["content-security-policy"]).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
  });

  it.each([
    { path: "/openapi.json", kept: "no-cache" },
    { path: "/docs", kept: "no-cache" },
    { path: "/docs/viewer.js", kept: "public, max-age=86400" },
  ])("says for how long $path may be kept", async ({ path, kept }) => {
    expect((await pages.answer("GET", path))?.headers["cache-control"]).toBe(kept);
  });

  it("allows nothing but to read", async () => {
    const answer = await pages.answer("POST", "/docs");
    expect([answer?.status, answer?.headers["allow"]]).toEqual([405, "GET, HEAD"]);
  });

  it.each(["/", "/docs/", "/docs/../package.json", "/docs/swagger-ui.js", "/openapi", "/metrics"])(
    "leaves %s to others",
    (path) => {
      expect(pages.answer("GET", path)).toBeUndefined();
    },
  );

  it("reports what went wrong, and says so without telling it", async () => {
    const faults: unknown[] = [];
    const fault = new Error("no descriptor");
    const failing = pagesOf(() => Promise.reject(fault), faults);
    const answer = await failing.answer("GET", "/openapi.json");
    expect([answer?.status, answer?.body]).toEqual([
      500,
      "the page could not be written; the server's log tells more\n",
    ]);
    expect(faults).toEqual([fault]);
  });
});
