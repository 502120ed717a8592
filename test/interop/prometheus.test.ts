import { fileURLToPath } from "node:url";
import { createClient } from "@presage/sdk/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listInstruments } from "../../server/src/services/instrument-list.ts";
import type { Instrument } from "../../server/src/telemetry/instrument.ts";
import { prometheusName } from "../../server/src/telemetry/prometheus-name.ts";
import { writePage } from "../../server/src/telemetry/prometheus-page.ts";
import type { Snapshot } from "../../server/src/telemetry/snapshot.ts";
import { type StartedServer, startServer } from "../support/start-server.ts";
import { runTool } from "../support/tools.ts";

const [python, reader] = ["../../.tools/openmetrics/bin/python", "openmetrics/read.py"].map(
  (path) => fileURLToPath(new URL(path, import.meta.url)),
);

/** Prometheus' own parsers and linters of its text format: the newest, and those of the system's package. */
const linters: readonly (readonly [string, readonly string[]])[] = [
  ["promlint", []],
  ["promtool", ["check", "metrics"]],
];

let server: StartedServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.finish());

async function scrape(accept: string): Promise<string> {
  const response = await fetch(`${server.url}/metrics`, { headers: { accept } });
  return response.text();
}

/** What every linter says of a page. */
async function lint(page: string): Promise<readonly (readonly [number | null, string])[]> {
  const runs = linters.map(([name, args]) => runTool(name, args, { input: page }));
  return (await Promise.all(runs)).map(({ code, text, errors }) => [code, text + errors]);
}

const nothingFound = linters.map(() => [0, ""]);

/** The names of the metrics that the strict reader of OpenMetrics finds on a page, and how many exemplars. */
async function readOpenMetrics(page: string): Promise<{
  readonly names: readonly string[];
  readonly exemplars: number;
}> {
  const { code, text, errors } = await runTool(python ?? "", [reader ?? ""], { input: page });
  if (code !== 0) throw new Error(errors);
  return JSON.parse(text);
}

/** A point of every instrument. */
function tellEverything(): Snapshot {
  const attributesOf = ({ attributes }: Instrument) =>
    Object.fromEntries(attributes.map((name) => [name, 'odd "value"\\\n']));
  const instruments = listInstruments();
  return {
    numbers: instruments
      .filter((instrument) => instrument.kind !== "histogram")
      .map((instrument) => ({
        instrument,
        points: [{ attributes: attributesOf(instrument), value: 0.5 }],
      })),
    histograms: instruments
      .filter((instrument) => instrument.kind === "histogram")
      .map((instrument) => ({
        instrument,
        points: [
          {
            attributes: attributesOf(instrument),
            counts: [...instrument.bounds.map(() => 1), 1],
            sum: 1,
            exemplars: [{ bucket: 0, value: 0.00001, at: 1234, traceId: "0af7", spanId: "b7ad" }],
          },
        ],
      })),
  };
}

describe("Prometheus' linters", () => {
  it("find nothing on the page before anything was predicted", async () => {
    expect(await lint(await scrape("text/plain"))).toEqual(nothingFound);
  });

  it("find nothing on the page after predictions and feedback of every task", async () => {
    const client = createClient({ baseUrl: server.url });
    const tumor = [4, 1, 2, 1, 2, 1, 1, 1, 1];
    const house = [15.02, 0, 18.1, 0, 0.614, 5.3, 97.3, 2.1, 24, 666, 20.2, 349.48, 24.9];
    await client.predictWithFeedback("oncology", tumor, { truth: "malignant", reward: -1 });
    await client.predictWithFeedback("boston-housing", house, { truth: 12 });
    await client.predictWithFeedback("iris", [4.6, 3.4, 1.4, 0.3], { truth: "setosa" });
    const page = await scrape("text/plain");
    expect(page).toContain('presage_predictions_total{model="iris",version="1",code="OK"} 1\n');
    expect(await lint(page)).toEqual(nothingFound);
  });

  it("find nothing on a page of every instrument", async () => {
    expect(await lint(writePage(tellEverything(), "text"))).toEqual(nothingFound);
  });

  it("find what is wrong with a page", async () => {
    for (const [code, said] of await lint("# TYPE up counter\nup 1\n")) {
      expect(code).not.toBe(0);
      expect(said).toMatch(/up:? no help text/);
    }
  });
});

describe("the reader of OpenMetrics", () => {
  it("reads the page of a server", async () => {
    const { names } = await readOpenMetrics(await scrape("application/openmetrics-text"));
    expect(names).toContain("presage_quality_accuracy");
    expect(names).toContain("process_cpu_time_seconds");
  });

  it("reads a page of every instrument, with an exemplar of each histogram", async () => {
    const instruments = listInstruments();
    const { names, exemplars } = await readOpenMetrics(writePage(tellEverything(), "openmetrics"));
    expect(names.toSorted()).toEqual(
      instruments.map((each) => prometheusName(each).replace(/_total$/, "")).toSorted(),
    );
    expect(exemplars).toBe(instruments.filter(({ kind }) => kind === "histogram").length);
  });

  it("refuses a page without an end", async () => {
    await expect(readOpenMetrics("# TYPE up gauge\nup 1\n")).rejects.toThrow("EOF");
  });
});
