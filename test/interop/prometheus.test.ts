import { createClient } from "@presage/sdk/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StartedServer, startServer } from "../support/start-server.ts";
import { runTool } from "../support/tools.ts";

let server: StartedServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.finish());

/** What Prometheus' own parser and linter say of the page now. */
async function lint(): Promise<{ readonly code: number | null; readonly said: string }> {
  const response = await fetch(`${server.url}/metrics`);
  const { code, text, errors } = await runTool("promlint", [], { input: await response.text() });
  return { code, said: text + errors };
}

describe("Prometheus' linter", () => {
  it("finds nothing on the page before anything was predicted", async () => {
    expect(await lint()).toEqual({ code: 0, said: "" });
  });

  it("finds nothing on the page after predictions and feedback of every task", async () => {
    const client = createClient({ baseUrl: server.url });
    const tumor = [4, 1, 2, 1, 2, 1, 1, 1, 1];
    const house = [15.02, 0, 18.1, 0, 0.614, 5.3, 97.3, 2.1, 24, 666, 20.2, 349.48, 24.9];
    await client.predictWithFeedback("oncology", tumor, { truth: "malignant", reward: -1 });
    await client.predictWithFeedback("boston-housing", house, { truth: 12 });
    await client.predictWithFeedback("iris", [4.6, 3.4, 1.4, 0.3], { truth: "setosa" });
    expect(await lint()).toEqual({ code: 0, said: "" });
  });

  it("finds what is wrong with a page", async () => {
    const { code, text } = await runTool("promlint", [], { input: "# TYPE up counter\nup 1\n" });
    expect(code).toBe(1);
    expect(text).toContain("up: no help text");
  });
});
