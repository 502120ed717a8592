import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Collector, startCollector } from "../support/collector.ts";
import type { StartedServer } from "../support/start-server.ts";
import { runTool } from "../support/tools.ts";
import { startTracedServer } from "../support/traced-server.ts";

const program = fileURLToPath(new URL("../../examples/tracing/main.ts", import.meta.url));

describe("the example of tracing", () => {
  let collector: Collector;
  let server: StartedServer;
  beforeAll(async () => {
    collector = await startCollector();
    server = await startTracedServer({ collector, transport: "http/protobuf" });
  });
  afterAll(async () => {
    await server?.finish();
    await collector?.stop();
  });

  it("prints the traces that lead from it into the server", async () => {
    const environment = collector.environment("http/protobuf");
    const run = await runTool(process.execPath, [program, server.url], { environment });
    expect(run.errors).toBe("");
    expect(run.code).toBe(0);
    const lines = run.text.trimEnd().split("\n");
    const traces = lines.map((line) => line.split("  "));
    expect(traces.map(([, name]) => name)).toEqual([
      "one flower",
      "many at once",
      "a stream",
      "a prediction, and what was true",
      "a mistake",
    ]);
    const services = async (): Promise<readonly string[][]> => {
      const spans = await collector.spans();
      return traces.map(([traceId]) => {
        const own = spans.filter((span) => span.traceId === traceId);
        return [...new Set(own.map(({ service }) => service))].toSorted();
      });
    };
    await expect
      .poll(services, { timeout: 20_000 })
      .toEqual(traces.map(() => ["flower-shop", "presage"]));
  });
});
