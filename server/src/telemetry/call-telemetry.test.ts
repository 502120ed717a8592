import { describe, expect, it } from "vitest";
import type { CallStart, CallTelemetry, RunRecord, VersionLoad } from "../core/call-record.ts";
import { ServingError } from "../core/errors.ts";
import type { CallLine, CallLog } from "../core/log.ts";
import { createCallTelemetry } from "./call-telemetry.ts";
import { createMetricRegistry, type MetricRegistry } from "./registry.ts";

const predict = "presage.v1.InferenceService/Predict";

const startOf = (parts: Partial<CallStart> = {}): CallStart => ({
  method: predict,
  protocol: "grpc",
  startedAt: performance.now(),
  header: () => undefined,
  ...parts,
});

const idle: VersionLoad = {
  queuedCalls: 0,
  queuedRows: 0,
  executor: "inline",
  workers: 1,
  busy: 0,
};

interface SetUp {
  readonly telemetry: CallTelemetry;
  readonly registry: MetricRegistry;
  readonly lines: readonly (CallLine & { readonly kind: string })[];
  readonly faults: readonly unknown[];
}

function setUp(samples = false): SetUp {
  const registry = createMetricRegistry();
  const lines: (CallLine & { readonly kind: string })[] = [];
  const log: CallLog = {
    failed: (call) => void lines.push({ kind: "failed", ...call }),
    answered: (call) => void lines.push({ kind: "answered", ...call }),
    samples: () => samples,
  };
  const faults: unknown[] = [];
  const telemetry = createCallTelemetry({
    registry,
    log,
    tracing: undefined,
    reportFault: (fault) => faults.push(fault),
  });
  return { telemetry, registry, lines, faults };
}

/** The number of values of each series of a histogram, by its attributes. */
function countsOf(registry: MetricRegistry, name: string): Readonly<Record<string, number>> {
  const metric = registry.collect().histograms.find(({ instrument }) => instrument.name === name);
  return Object.fromEntries(
    (metric?.points ?? []).map(({ attributes, counts }) => [
      Object.values(attributes).join(" "),
      counts.reduce((sum, count) => sum + count, 0),
    ]),
  );
}

function numbersOf(registry: MetricRegistry, name: string): Readonly<Record<string, number>> {
  const metric = registry.collect().numbers.find(({ instrument }) => instrument.name === name);
  return Object.fromEntries(
    (metric?.points ?? []).map(({ attributes, value }) => [
      Object.values(attributes).join(" "),
      value,
    ]),
  );
}

const calls = "rpc.server.call.duration";

describe("createCallTelemetry()", () => {
  it("counts calls by protocol, method, status, model and version", () => {
    const { telemetry, registry } = setUp();
    const iris = telemetry.follow({ model: "iris", version: "2", load: () => idle });
    for (const protocol of ["grpc", "grpc", "connectrpc"] as const) {
      const call = telemetry.begin(startOf({ protocol }));
      call.about(iris, "latest");
      call.end();
    }
    const failed = telemetry.begin(startOf());
    failed.fail({ status: "NOT_FOUND", error: undefined });
    failed.end();
    expect(countsOf(registry, calls)).toEqual({
      [`grpc ${predict} OK iris 2`]: 2,
      [`connectrpc ${predict} OK iris 2`]: 1,
      [`grpc ${predict} NOT_FOUND  `]: 1,
    });
  });

  it("counts a stream that is about several versions as about none", () => {
    const { telemetry, registry } = setUp();
    const call = telemetry.begin(startOf());
    for (const version of ["1", "2"])
      call.about(telemetry.follow({ model: "iris", version, load: () => idle }), "requested");
    call.end();
    expect(countsOf(registry, calls)).toEqual({ [`grpc ${predict} OK  `]: 1 });
  });

  it("counts a call once, however often it ends, and by the first failure", () => {
    const { telemetry, registry } = setUp();
    const call = telemetry.begin(startOf());
    call.fail({ status: "INVALID_ARGUMENT", error: undefined });
    call.fail({ status: "INTERNAL", error: undefined });
    call.end();
    call.end();
    expect(countsOf(registry, calls)).toEqual({ [`grpc ${predict} INVALID_ARGUMENT  `]: 1 });
  });

  it("knows how many calls are under way", () => {
    const { telemetry, registry } = setUp();
    const [one, other] = [telemetry.begin(startOf()), telemetry.begin(startOf())];
    expect(numbersOf(registry, "presage.calls.active")).toEqual({ "": 2 });
    one.end();
    one.end();
    expect(numbersOf(registry, "presage.calls.active")).toEqual({ "": 1 });
    other.end();
    expect(numbersOf(registry, "presage.calls.active")).toEqual({ "": 0 });
  });

  it("reports what goes wrong with a note, and lets the call end", () => {
    const { telemetry, registry, faults } = setUp();
    const call = telemetry.begin(
      startOf({
        header: () => {
          throw new Error("no headers");
        },
      }),
    );
    call.fail({ status: "NOT_FOUND", error: undefined });
    call.end();
    expect(faults).toEqual([new Error("no headers")]);
    expect(numbersOf(registry, "presage.calls.active")).toEqual({ "": 0 });
  });

  it("logs a failed call with its reason, its fields and its caller's trace", () => {
    const { telemetry, lines } = setUp();
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const call = telemetry.begin(
      startOf({
        protocol: "grpc_web",
        header: (name) =>
          name === "traceparent" ? `00-${traceId}-b7ad6b7169203331-01` : undefined,
      }),
    );
    call.about(telemetry.follow({ model: "iris", version: "2", load: () => idle }), "latest");
    const violations = [{ field: "rows[0].petal", description: "expected a number, got 7391" }];
    const error = new ServingError("INVALID_INPUT", "rows[0].petal: 7391", { violations });
    call.fail({ status: "INVALID_ARGUMENT", error });
    call.end();
    expect(lines).toEqual([
      {
        kind: "failed",
        method: predict,
        protocol: "grpc_web",
        model: "iris",
        version: "2",
        code: "INVALID_ARGUMENT",
        reason: "INVALID_INPUT",
        fields: ["rows[0].petal"],
        durationMs: expect.any(Number),
        traceId,
      },
    ]);
  });

  it.each([
    [true, ["answered"]],
    [false, []],
  ])("logs an answered call where the log samples it: %s", (samples, kinds) => {
    const { telemetry, lines } = setUp(samples);
    telemetry.begin(startOf()).end();
    expect(lines.map(({ kind }) => kind)).toEqual(kinds);
  });

  it("counts predictions by status, those that came to no version among them", () => {
    const { telemetry, registry } = setUp();
    const iris = telemetry.follow({ model: "iris", version: "2", load: () => idle });
    iris.predicted(undefined, performance.now(), undefined);
    iris.predicted("deadline", performance.now(), undefined);
    iris.predicted("deadline", performance.now(), undefined);
    telemetry.unrouted("").predicted("not_found", performance.now(), undefined);
    telemetry.unrouted("wine").predicted("unavailable", performance.now(), undefined);
    expect(numbersOf(registry, "presage.predictions")).toMatchObject({
      "iris 2 OK": 1,
      "iris 2 DEADLINE_EXCEEDED": 2,
      "  NOT_FOUND": 1,
      "wine  UNAVAILABLE": 1,
    });
    expect(countsOf(registry, "presage.prediction.duration")).toMatchObject({
      "iris 2 total": 3,
      "  total": 1,
    });
  });

  it("measures the phases of a run for each call that shared it, and the run once", () => {
    const { telemetry, registry } = setUp();
    const iris = telemetry.follow({ model: "iris", version: "2", load: () => idle });
    const run: RunRecord = {
      shares: [0, 1, 2].map((queuedAt) => ({ record: undefined, queuedAt })),
      rows: 30,
      executor: "pool",
      turnAt: 3,
      beganAt: 4,
      ranAt: 6,
      endedAt: 6.5,
      failed: false,
    };
    iris.ran(run);
    iris.ran({ ...run, failed: true });
    expect(countsOf(registry, "presage.prediction.duration")).toMatchObject({
      "iris 2 queue": 3,
      "iris 2 batch": 3,
      "iris 2 run": 3,
    });
    expect(countsOf(registry, "presage.run.duration")).toEqual({ "iris 2 pool": 1 });
    const sums = registry
      .collect()
      .histograms.flatMap(({ instrument, points }) =>
        points.map(({ attributes, sum }) => [
          `${instrument.name} ${attributes["phase"] ?? ""}`.trim(),
          Number(sum.toFixed(6)),
        ]),
      );
    expect(Object.fromEntries(sums)).toMatchObject({
      "presage.prediction.duration queue": 0.006,
      "presage.prediction.duration batch": 0.0045,
      "presage.prediction.duration run": 0.006,
      "presage.run.duration": 0.002,
      "presage.run.rows": 30,
      "presage.run.calls": 3,
    });
  });

  it("tells what a version does just now, until it is unloaded", () => {
    const { telemetry, registry } = setUp();
    const load = { queuedCalls: 3, queuedRows: 40, executor: "pool", workers: 2, busy: 1 };
    const iris = telemetry.follow({ model: "iris", version: "2", load: () => load });
    const names = ["queue.calls", "queue.rows", "executor.workers", "executor.busy"];
    const read = (): readonly unknown[] =>
      names.map((name) => numbersOf(registry, `presage.${name}`));
    expect(read()).toEqual([
      { "iris 2": 3 },
      { "iris 2": 40 },
      { "iris 2 pool": 2 },
      { "iris 2 pool": 1 },
    ]);
    iris.close();
    expect(read()).toEqual([{}, {}, {}, {}]);
  });
});
