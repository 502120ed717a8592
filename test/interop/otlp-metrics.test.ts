import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Collector, type OtlpTransport, startCollector } from "../support/collector.ts";
import type { CollectedSeries } from "../support/otlp-json.ts";
import type { StartedServer } from "../support/start-server.ts";
import { startTracedServer } from "../support/traced-server.ts";

const predict = "presage.v1.InferenceService/Predict";
const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
/** How long what was sent may take to arrive. */
const arrival = { timeout: 20_000 };

const call = {
  "rpc.system.name": "connectrpc",
  "rpc.method": predict,
  model: "iris",
  version: "1",
};
const iris = { model: "iris", version: "1" };

/** What is known of a server's series after three predictions and a call that is refused. */
const expected: readonly Partial<CollectedSeries>[] = [
  {
    name: "rpc.server.call.duration",
    unit: "s",
    kind: "histogram",
    attributes: { ...call, "rpc.status_code": "OK" },
    count: 3,
  },
  {
    name: "rpc.server.call.duration",
    unit: "s",
    kind: "histogram",
    attributes: { ...call, "rpc.status_code": "INVALID_ARGUMENT" },
    count: 1,
  },
  ...["queue", "batch", "run"].map((phase) => ({
    name: "presage.prediction.duration",
    unit: "s",
    kind: "histogram" as const,
    attributes: { ...iris, phase },
    count: 3,
  })),
  {
    name: "presage.predictions",
    unit: "{prediction}",
    kind: "counter",
    attributes: { ...iris, code: "OK" },
    value: 3,
  },
  {
    name: "presage.run.rows",
    unit: "{row}",
    kind: "histogram",
    attributes: iris,
    value: 3,
    count: 3,
  },
  {
    name: "presage.executor.workers",
    unit: "{worker}",
    kind: "gauge",
    attributes: { ...iris, executor: "inline" },
    value: 1,
  },
  {
    name: "presage.model.state",
    kind: "gauge",
    attributes: { ...iris, state: "ready" },
    value: 1,
  },
  {
    name: "presage.model.state",
    kind: "gauge",
    attributes: { model: "broken", version: "1", state: "unavailable" },
    value: 1,
  },
  { name: "presage.calls.active", unit: "{call}", kind: "gauge", attributes: {}, value: 0 },
];

/** Series of which only the name and the unit are known beforehand. */
const others = [
  ["presage.run.duration", "s"],
  ["presage.run.calls", "{call}"],
  ["presage.queue.calls", "{call}"],
  ["presage.queue.rows", "{row}"],
  ["presage.executor.busy", "{worker}"],
  ["nodejs.eventloop.delay.p99", "s"],
  ["process.memory.usage", "By"],
  ["process.cpu.time", "s"],
  ["process.uptime", "s"],
];

const transports: readonly { readonly transport: OtlpTransport; readonly name: string }[] = [
  { transport: "grpc", name: "gRPC" },
  { transport: "http/protobuf", name: "HTTP" },
];

describe.each(transports)("metrics over OTLP's $transport", ({ transport, name }) => {
  let collector: Collector;
  let server: StartedServer;
  beforeAll(async () => {
    collector = await startCollector();
    const environment = { OTEL_SERVICE_NAME: `presage over ${name}` };
    server = await startTracedServer({ collector, transport, environment });
    for (const width of [3.5, 3.4, 3.3, "wide"]) await ask(server, [5.1, width, 1.4, 0.2]);
  });
  afterAll(async () => {
    await server.finish();
    await collector.stop();
  });

  /** The state of each series as it was sent last. */
  const latest = async (): Promise<readonly CollectedSeries[]> => {
    const last = new Map<string, CollectedSeries>();
    for (const series of await collector.series())
      last.set(series.name + JSON.stringify(series.attributes), series);
    return [...last.values()];
  };

  it("tell the same as the table of instruments", async () => {
    const containing = expected.map((series) => expect.objectContaining(series));
    await expect.poll(latest, arrival).toEqual(expect.arrayContaining(containing));
    const units = new Map((await latest()).map((series) => [series.name, series.unit]));
    expect(others.map(([each = ""]) => [each, units.get(each)])).toEqual(others);
  });

  it("come from the service that the environment names", async () => {
    const services = new Set((await collector.series()).map(({ service }) => service));
    expect([...services]).toEqual([`presage over ${name}`]);
  });

  it("are shown by traces, which only the page for Prometheus can name", async () => {
    const headers = { accept: "application/openmetrics-text; version=1.0.0" };
    const page = await (await fetch(`${server.url}/metrics`, { headers })).text();
    const named = [...page.matchAll(/^rpc_server_call_duration.*# \{.*trace_id="(\w+)"/gm)];
    expect(new Set(named.map(([, each]) => each))).toEqual(new Set([traceId]));
  });
});

/** Asks a server about a flower, as a caller that traces. */
async function ask({ url }: StartedServer, row: readonly (number | string)[]): Promise<void> {
  const response = await fetch(`${url}/${predict}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
    },
    body: JSON.stringify({ model: "iris", rows: [row] }),
  });
  await response.arrayBuffer();
}
