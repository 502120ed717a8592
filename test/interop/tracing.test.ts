import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Collector, type OtlpTransport, startCollector } from "../support/collector.ts";
import type { CollectedSpan, SpanPlace } from "../support/otlp-json.ts";
import { drawTree } from "../support/span-tree.ts";
import type { StartedServer } from "../support/start-server.ts";
import type { TracedCalls } from "../support/traced-calls.ts";
import { runTracedCalls, startTracedServer } from "../support/traced-server.ts";

const transports: readonly { readonly transport: OtlpTransport }[] = [
  { transport: "grpc" },
  { transport: "http/protobuf" },
];
const protocols = [
  { name: "gRPC", protocol: "grpc", system: "grpc" },
  { name: "gRPC-Web", protocol: "grpc-web", system: "grpc_web" },
  { name: "Connect", protocol: "connect", system: "connectrpc" },
];
const service = "presage.v1.InferenceService";
/** The trace of a call that was answered. */
const predicted = [
  "work",
  `  ${service}/Predict, client`,
  `    ${service}/Predict, server`,
  "      queue",
  "      batch",
  "        run",
];
/** How long what was sent may take to arrive. */
const arrival = { timeout: 20_000 };

let collector: Collector;
beforeAll(async () => {
  collector = await startCollector();
});
afterAll(() => collector.stop());

/** The spans of a trace that came so far. */
async function spansOf(traceId: string): Promise<readonly CollectedSpan[]> {
  return (await collector.spans()).filter((span) => span.traceId === traceId);
}

/** Waits until a trace is as it should be, and gives its spans. */
async function expectTree(
  traceId: string,
  tree: readonly string[],
): Promise<readonly CollectedSpan[]> {
  await expect.poll(async () => drawTree(await spansOf(traceId)), arrival).toEqual(tree);
  return spansOf(traceId);
}

/** The one span of a name and kind. */
function find(
  spans: readonly CollectedSpan[],
  name: string,
  kind: CollectedSpan["kind"] = "internal",
): CollectedSpan {
  const [found, ...others] = spans.filter((span) => span.name === name && span.kind === kind);
  if (found === undefined || others.length > 0) {
    throw new Error(`there are ${others.length + (found ? 1 : 0)} spans of ${name}, ${kind}`);
  }
  return found;
}

const placeOf = ({ traceId, spanId }: CollectedSpan): SpanPlace => ({ traceId, spanId });
const byTrace = (one: SpanPlace, other: SpanPlace): number =>
  one.traceId < other.traceId ? -1 : 1;

describe.each(transports)("traces over OTLP's $transport", ({ transport }) => {
  let server: StartedServer;
  beforeAll(async () => {
    server = await startTracedServer({ collector, transport });
  });
  afterAll(() => server.finish());

  describe.each(protocols)("of calls over $name", ({ protocol, system }) => {
    let calls: TracedCalls;
    beforeAll(async () => {
      calls = await runTracedCalls(server, protocol, collector);
    });

    it("lead from the caller's span to the run of the model", async () => {
      const spans = await expectTree(calls.single, predicted);
      expect(spans.map((span) => span.service).toSorted()).toEqual([
        "application",
        "application",
        "presage",
        "presage",
        "presage",
        "presage",
      ]);
      const answered = find(spans, `${service}/Predict`, "server");
      expect(answered.status).toBe("unset");
      expect(answered.links).toEqual([]);
      expect(answered.attributes).toMatchObject({
        "rpc.system.name": system,
        "rpc.method": `${service}/Predict`,
        "rpc.status_code": "OK",
        "presage.model": "iris",
        "presage.version": "1",
        "presage.route": "latest",
      });
      expect(answered.attributes).not.toHaveProperty("error.type");
      const asked = find(spans, `${service}/Predict`, "client");
      expect(asked.status).toBe("unset");
      expect(asked.attributes).toMatchObject({
        "rpc.system.name": system,
        "rpc.method": `${service}/Predict`,
        "rpc.status_code": "OK",
        "server.address": "localhost",
        "server.port": server.port,
      });
    });

    it("show the parts of a call in the time of their whole", async () => {
      const spans = await expectTree(calls.single, predicted);
      const answered = find(spans, `${service}/Predict`, "server");
      const queue = find(spans, "queue");
      const batch = find(spans, "batch");
      const run = find(spans, "run");
      const times = [
        answered.startedAt,
        queue.startedAt,
        batch.startedAt,
        run.startedAt,
        run.endedAt,
        batch.endedAt,
        answered.endedAt,
      ];
      expect(batch.startedAt).toBe(queue.endedAt);
      expect(times).toEqual(times.toSorted((one, other) => Number(one - other)));
    });

    it("show each request of a stream, and the run that they shared", async () => {
      const spans = await expectTree(calls.stream, [
        "work",
        `  ${service}/PredictStream, client`,
        `    ${service}/PredictStream, server`,
        "      queue",
        "      queue",
        "      queue",
        "      queue",
        "      batch",
        "        run",
      ]);
      const answered = find(spans, `${service}/PredictStream`, "server");
      expect(answered.attributes).toMatchObject({
        "rpc.system.name": system,
        "rpc.status_code": "OK",
        "presage.model": "gathered",
      });
      const batch = find(spans, "batch");
      expect(batch.attributes).toMatchObject({
        "presage.batch.rows": 4,
        "presage.batch.calls": 4,
      });
      // They are of one call, whose part it is.
      expect([batch.links, answered.links]).toEqual([[], []]);
    });

    it("are a part of one of merged calls, with links to each other one and from it", async () => {
      const trunk = predicted.slice(0, 4);
      const trees = [trunk, trunk, trunk, predicted];
      const drawn = async (): Promise<readonly (readonly string[])[]> => {
        const traces = await Promise.all(calls.merged.map(spansOf));
        return traces.map(drawTree).toSorted((one, other) => one.length - other.length);
      };
      await expect.poll(drawn, arrival).toEqual(trees);

      const spans = (await Promise.all(calls.merged.map(spansOf))).flat();
      const batch = find(spans, "batch");
      const answered = spans.filter(({ kind }) => kind === "server");
      expect(batch.attributes).toEqual({
        "presage.batch.rows": 4,
        "presage.batch.calls": 4,
        "presage.executor": "inline",
      });
      const others = answered.filter(({ spanId }) => spanId !== batch.parentSpanId);
      expect(others).toHaveLength(3);
      expect(batch.links.toSorted(byTrace)).toEqual(others.map(placeOf).toSorted(byTrace));
      expect(others.map(({ links }) => links)).toEqual(others.map(() => [placeOf(batch)]));
    });

    it("tell that a caller erred, which is no failure of the server", async () => {
      const spans = await expectTree(calls.refused, predicted.slice(0, 3));
      const failed = {
        "rpc.status_code": "INVALID_ARGUMENT",
        "error.type": "INVALID_ARGUMENT",
      };
      const answered = find(spans, `${service}/Predict`, "server");
      expect([answered.status, answered.attributes]).toEqual([
        "unset",
        expect.objectContaining(failed),
      ]);
      const asked = find(spans, `${service}/Predict`, "client");
      expect([asked.status, asked.attributes]).toEqual(["error", expect.objectContaining(failed)]);
    });

    it("mark the calls that the server fails", async () => {
      const spans = await expectTree(calls.unavailable, predicted.slice(0, 3));
      const answered = find(spans, `${service}/Predict`, "server");
      expect(answered.status).toBe("error");
      expect(answered.attributes).toMatchObject({
        "rpc.status_code": "UNAVAILABLE",
        "error.type": "UNAVAILABLE",
      });
    });

    it("show when feedback was written", async () => {
      await expectTree(calls.feedback, [
        ...predicted,
        `  ${service}/Feedback, client`,
        `    ${service}/Feedback, server`,
        "      store",
      ]);
    });
  });
});
