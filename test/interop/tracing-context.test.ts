import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Collector, startCollector } from "../support/collector.ts";
import type { CollectedSpan, SpanPlace } from "../support/otlp-json.ts";
import type { StartedServer } from "../support/start-server.ts";
import { startTracedServer } from "../support/traced-server.ts";

const predict = "presage.v1.InferenceService/Predict";
/** How long what was sent may take to arrive. */
const arrival = { timeout: 20_000 };

let collector: Collector;
beforeAll(async () => {
  collector = await startCollector();
});
afterAll(() => collector.stop());

/** A span of a caller, as its header `traceparent` names it. */
interface Caller extends SpanPlace {
  readonly traceparent: string;
}

function createCaller(isSampled: boolean): Caller {
  const [traceId, spanId] = [16, 8].map((size) => randomBytes(size).toString("hex"));
  if (traceId === undefined || spanId === undefined) throw new Error("there are no ids");
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}` };
}

/** Asks a server for a prediction, as curl would. */
async function call({ url }: StartedServer, caller?: Caller): Promise<void> {
  const response = await fetch(`${url}/${predict}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(caller === undefined ? {} : { traceparent: caller.traceparent }),
    },
    body: JSON.stringify({ model: "iris", rows: [[5.1, 3.5, 1.4, 0.2]] }),
  });
  await response.arrayBuffer();
  expect(response.status).toBe(200);
}

/** The spans of the calls to a server, by its name. */
async function serverSpans(name: string): Promise<readonly CollectedSpan[]> {
  const spans = await collector.spans();
  return spans.filter(({ kind, service }) => kind === "server" && service === name);
}

describe("a server that does not trust its callers' traces", () => {
  let server: StartedServer;
  beforeAll(async () => {
    const environment = { OTEL_SERVICE_NAME: "wary" };
    server = await startTracedServer({ collector, trustRemoteContext: false, environment });
  });
  afterAll(() => server.finish());

  it("begins traces of its own, with links to the callers' spans", async () => {
    const callers = [createCaller(true), createCaller(false)];
    for (const caller of callers) await call(server, caller);
    await expect.poll(async () => (await serverSpans("wary")).length, arrival).toBe(2);
    const spans = await serverSpans("wary");
    expect(spans.map(({ parentSpanId, links }) => ({ parentSpanId, links }))).toEqual(
      callers.map(({ traceId, spanId }) => ({
        parentSpanId: undefined,
        links: [{ traceId, spanId }],
      })),
    );
    const traces = new Set([...spans, ...callers].map(({ traceId }) => traceId));
    expect(traces.size).toBe(4);
  });
});

describe("a server that samples none of the traces that it begins", () => {
  let server: StartedServer;
  beforeAll(async () => {
    const environment = {
      OTEL_SERVICE_NAME: "sparing",
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0",
    };
    server = await startTracedServer({ collector, transport: "http/protobuf", environment });
  });
  afterAll(() => server.finish());

  it("samples those that a caller samples, and no other", async () => {
    const sampled = createCaller(true);
    for (const caller of [undefined, createCaller(false), sampled]) await call(server, caller);
    await server.finish();
    expect(
      (await serverSpans("sparing")).map(({ traceId, parentSpanId }) => [traceId, parentSpanId]),
    ).toEqual([[sampled.traceId, sampled.spanId]]);
  });
});

describe("a server that samples half of the traces that it begins", () => {
  it("samples some calls and not others, whole traces each", async () => {
    const environment = {
      OTEL_SERVICE_NAME: "halving",
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0.5",
    };
    const server = await startTracedServer({ collector, environment });
    const count = 200;
    for (let index = 0; index < count; index += 1) await call(server);
    await server.finish();
    const sampled = (await serverSpans("halving")).length;
    // Of 200 fair coins, fewer than 20 heads come once in 10^34 times.
    expect(sampled).toBeGreaterThan(20);
    expect(sampled).toBeLessThan(180);
    const all = (await collector.spans()).filter(({ service }) => service === "halving");
    expect(all.length).toBe(sampled * 4);
  });
});
