import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { silentLog } from "../core/log.ts";
import { callDuration, callsActive, modelState, predictions } from "./instruments.ts";
import { startOtelMetrics } from "./otel-metrics.ts";
import { createMetricRegistry } from "./registry.ts";

/** What an OTLP receiver was sent. */
interface Received {
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

const servers: { readonly close: () => unknown }[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) server.close();
});

/** Receives metrics over HTTP, at the endpoint that the environment then names. */
async function receive(environment: Readonly<Record<string, string>>): Promise<Received[]> {
  const received: Received[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { url = "", headers } = request;
      received.push({ path: url, headers, body: Buffer.concat(chunks) });
      response.end();
    });
  });
  servers.push(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port } = server.address() as AddressInfo;
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", `http://127.0.0.1:${port}`);
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  return received;
}

/** Starts to send what a registry holds that has measured a little of everything, and ends. */
async function sendOnce(): Promise<void> {
  const registry = createMetricRegistry();
  const call = {
    "rpc.system.name": "grpc",
    "rpc.method": "presage.v1.InferenceService/Predict",
    "rpc.status_code": "OK",
    model: "iris",
    version: "1",
  };
  registry.histogram(callDuration, call).record(0.002, 3);
  registry.counter(predictions, { model: "iris", version: "1", code: "OK" }).add(3);
  registry.observe(callsActive, () => [{ attributes: {}, value: 2 }]);
  registry.observe(modelState, () => [
    { attributes: { model: "iris", version: "1", state: "ready" }, value: 1 },
  ]);
  const metrics = await startOtelMetrics({
    version: "1.2.3",
    sources: [() => registry.collect()],
    log: silentLog,
  });
  await metrics.shutdown();
}

describe("startOtelMetrics()", () => {
  it("sends the snapshot in OpenTelemetry's model when it ends", async () => {
    const received = await receive({
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_HEADERS: "x-tenant=clinic",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
    });
    await sendOnce();
    expect(received.map(({ path, headers }) => [path, headers["x-tenant"]])).toEqual([
      ["/v1/metrics", "clinic"],
    ]);
    const { resourceMetrics } = JSON.parse(received[0]?.body.toString() ?? "");
    const attributes = resourceMetrics[0].resource.attributes as readonly {
      readonly key: string;
      readonly value: { readonly stringValue: string };
    }[];
    const resource = new Map(attributes.map(({ key, value }) => [key, value.stringValue]));
    expect(resource.get("service.name")).toBe("presage");
    expect(resource.get("service.version")).toBe("1.2.3");
    expect(resource.get("deployment.environment.name")).toBe("test");
    expect(resource.has("service.instance.id")).toBe(true);
    expect([...resource.keys()].filter((key) => key.startsWith("process."))).toEqual([]);
    const [{ scope, metrics }] = resourceMetrics[0].scopeMetrics;
    expect(scope).toEqual({ name: "presage", version: "1.2.3" });
    const times = {
      startTimeUnixNano: expect.any(String),
      timeUnixNano: expect.any(String),
    };
    const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
    expect(metrics).toEqual([
      {
        name: "presage.calls.active",
        description: callsActive.text,
        unit: "{call}",
        sum: {
          aggregationTemporality: 2,
          isMonotonic: false,
          dataPoints: [{ attributes: [], ...times, asInt: 2 }],
        },
      },
      {
        name: "presage.model.state",
        description: modelState.text,
        unit: "",
        gauge: {
          dataPoints: [
            {
              attributes: [text("model", "iris"), text("version", "1"), text("state", "ready")],
              ...times,
              asDouble: 1,
            },
          ],
        },
      },
      {
        name: "presage.predictions",
        description: predictions.text,
        unit: "{prediction}",
        sum: {
          aggregationTemporality: 2,
          isMonotonic: true,
          dataPoints: [
            {
              attributes: [text("model", "iris"), text("version", "1"), text("code", "OK")],
              ...times,
              asInt: 3,
            },
          ],
        },
      },
      {
        name: "rpc.server.call.duration",
        description: callDuration.text,
        unit: "s",
        histogram: {
          aggregationTemporality: 2,
          dataPoints: [
            {
              attributes: [
                text("rpc.system.name", "grpc"),
                text("rpc.method", "presage.v1.InferenceService/Predict"),
                text("rpc.status_code", "OK"),
                text("model", "iris"),
                text("version", "1"),
              ],
              ...times,
              bucketCounts: [0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
              explicitBounds: callDuration.bounds,
              count: 3,
              sum: 0.006,
            },
          ],
        },
      },
    ]);
  });

  it.each([
    ["protobuf unless told otherwise", {}],
    ["protobuf", { OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" }],
    ["protobuf where a protocol is none", { OTEL_EXPORTER_OTLP_PROTOCOL: "smoke-signals" }],
    [
      "what the variable of metrics says",
      {
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: "http/protobuf",
      },
    ],
  ])("sends %s", async (_, environment: Readonly<Record<string, string>>) => {
    const received = await receive(environment);
    await sendOnce();
    expect(received.map(({ headers }) => headers["content-type"])).toEqual([
      "application/x-protobuf",
    ]);
    expect(received[0]?.body.includes("presage.predictions")).toBe(true);
  });

  it("sends by gRPC", async () => {
    const paths: string[] = [];
    const server = http2.createServer();
    servers.push(server);
    server.on("stream", (stream, headers) => {
      paths.push(`${headers[":path"]}`);
      stream.respond(
        { ":status": 200, "content-type": "application/grpc" },
        { waitForTrailers: true },
      );
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      stream.resume();
      stream.end(Buffer.alloc(5));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
    const { port } = server.address() as AddressInfo;
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", `http://127.0.0.1:${port}`);
    vi.stubEnv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    await sendOnce();
    expect(paths).toEqual(["/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"]);
  });

  it("sends again after each interval", async () => {
    const received = await receive({ OTEL_METRIC_EXPORT_INTERVAL: "20" });
    const metrics = await startOtelMetrics({
      version: "1.2.3",
      sources: [() => createMetricRegistry().collect()],
      log: silentLog,
    });
    await vi.waitUntil(() => received.length >= 2, { timeout: 20_000 });
    await metrics.shutdown();
    expect(received.length).toBeGreaterThanOrEqual(3);
  });

  it("sends nothing where the exporter is none that there is, and says so", async () => {
    const received = await receive({ OTEL_METRICS_EXPORTER: "pigeon" });
    const lines: string[] = [];
    const metrics = await startOtelMetrics({
      version: "1.2.3",
      sources: [],
      log: (level, line) => lines.push(`${level} ${line}`),
    });
    await metrics.shutdown();
    expect(received).toEqual([]);
    expect(lines).toEqual([
      "warn OTEL_METRICS_EXPORTER: there is no exporter pigeon; there are otlp, console",
    ]);
  });

  it("tells where metrics cannot be sent, and ends all the same", async () => {
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
    vi.stubEnv("OTEL_EXPORTER_OTLP_TIMEOUT", "100");
    const lines: string[] = [];
    const metrics = await startOtelMetrics({
      version: "1.2.3",
      sources: [() => createMetricRegistry().collect()],
      log: (level, line) => lines.push(`${level} ${line}`),
    });
    await metrics.shutdown();
    expect(lines.filter((line) => line.includes("OpenTelemetry: "))).not.toEqual([]);
  });
});
