import { describe, expect, it } from "vitest";
import { createScrapePage } from "./scrape-page.ts";

const contentType = "text/plain; version=0.0.4; charset=utf-8";

function pageOf(write: (accept?: string) => Promise<string>, faults: unknown[] = []) {
  return createScrapePage({
    write: async (accept) => ({ contentType, body: await write(accept) }),
    reportFault: (fault) => faults.push(fault),
  });
}

describe("createScrapePage()", () => {
  it.each(["/metrics", "/metrics?match=all"])("answers %s with what is written", async (path) => {
    expect(await pageOf(async () => "up 1\n").answer("GET", path)).toEqual({
      status: 200,
      headers: {
        "content-type": contentType,
        "content-length": "5",
        "cache-control": "no-store",
        vary: "accept",
      },
      body: "up 1\n",
    });
  });

  it("has the page written in the form that is asked for", async () => {
    const page = pageOf(async (accept) => `${accept}\n`);
    const answer = await page.answer("GET", "/metrics", "application/openmetrics-text");
    expect(answer?.body).toBe("application/openmetrics-text\n");
  });

  it("answers HEAD with the length alone", async () => {
    const answer = await pageOf(async () => "up 1\n").answer("HEAD", "/metrics");
    expect([answer?.headers["content-length"], answer?.body]).toEqual(["5", ""]);
  });

  it("allows nothing else", async () => {
    const answer = await pageOf(async () => "").answer("POST", "/metrics");
    expect([answer?.status, answer?.headers["allow"]]).toEqual([405, "GET, HEAD"]);
  });

  it.each(["/", "/metrics/", "/metricsx", "/presage.v1.InferenceService/Metrics"])(
    "leaves %s to others",
    (path) => {
      expect(pageOf(async () => "").answer("GET", path)).toBeUndefined();
    },
  );

  it("reports what went wrong, and says so without telling it", async () => {
    const faults: unknown[] = [];
    const fault = new Error("secret");
    const answer = await pageOf(() => Promise.reject(fault), faults).answer("GET", "/metrics");
    expect([answer?.status, answer?.body]).toEqual([
      500,
      "the metrics could not be written; the server's log tells more\n",
    ]);
    expect(faults).toEqual([fault]);
  });
});
