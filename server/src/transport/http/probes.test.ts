import { describe, expect, it } from "vitest";
import { createProbes } from "./probes.ts";

const ready = createProbes({ isReady: () => true });
const unready = createProbes({ isReady: () => false });

describe("answer()", () => {
  it.each([
    [ready, "/healthz", 200, "ok\n"],
    [unready, "/healthz", 200, "ok\n"],
    [ready, "/readyz", 200, "ready\n"],
    [ready, "/readyz?verbose=1", 200, "ready\n"],
    [unready, "/readyz", 503, "not ready\n"],
  ])("answers GET as the state asks (%#)", (probes, path, status, body) => {
    expect(probes.answer("GET", path)).toEqual({
      status,
      headers: {
        "content-type": "text/plain; charset=utf-8",
        "content-length": String(body.length),
        "cache-control": "no-store",
      },
      body,
    });
  });

  it("answers HEAD like GET, without the body", () => {
    expect(unready.answer("HEAD", "/readyz")).toMatchObject({
      status: 503,
      headers: { "content-length": "10" },
      body: "",
    });
  });

  it.each(["POST", "PUT", "DELETE", "OPTIONS"])("says what is allowed instead of %s", (method) => {
    expect(ready.answer(method, "/healthz")).toMatchObject({
      status: 405,
      headers: { allow: "GET, HEAD" },
      body: "method not allowed\n",
    });
  });

  it.each(["/", "/healthz/", "/readyz2", "/constructor", ""])("leaves %j to others", (path) => {
    expect(ready.answer("GET", path)).toBeUndefined();
  });

  it("asks for the state anew each time", () => {
    let up = false;
    const probes = createProbes({ isReady: () => up });
    expect(probes.answer("GET", "/readyz")?.status).toBe(503);
    up = true;
    expect(probes.answer("GET", "/readyz")?.status).toBe(200);
  });
});
