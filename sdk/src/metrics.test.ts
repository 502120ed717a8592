import { fromJson } from "@bufbuild/protobuf";
import { MetricsResponseSchema } from "@presage/gen/presage/v1/metrics_pb";
import { describe, expect, it } from "vitest";
import { decodeMetrics, type ModelMetrics } from "./metrics.ts";

const time = "2026-11-21T09:00:00.250Z";

function decode(fields: object): ModelMetrics {
  return decodeMetrics(fromJson(MetricsResponseSchema, { model: "m", time, ...fields }));
}

const nothing = {
  version: "",
  alias: "",
  policy: "",
  task: "other",
  samples: undefined,
  predictions: undefined,
  coverage: undefined,
  accuracy: undefined,
  precision: undefined,
  recall: undefined,
  f1Score: undefined,
  specificity: undefined,
  matthewsCorrelation: undefined,
  logLoss: undefined,
  brierScore: undefined,
  rocAuc: undefined,
  confusion: undefined,
  multiclass: undefined,
  regression: undefined,
  reward: undefined,
  labelDelay: undefined,
  history: [],
};

describe("decodeMetrics()", () => {
  it("reads a binary task as plain numbers", () => {
    const numbers = {
      coverage: 0.5,
      accuracy: 0.75,
      precision: 0.5,
      recall: 1,
      f1Score: 0.6,
      specificity: 0,
      matthewsCorrelation: -0.5,
      logLoss: 0.25,
      brierScore: 0.125,
      rocAuc: 0.875,
    };
    const names = { version: "2", alias: "stable", policy: "latest" };
    const message = {
      ...names,
      ...numbers,
      task: "TASK_BINARY",
      samples: "4",
      predictions: "8",
      confusion: { positiveClass: "M", truePositives: "1", falsePositives: "2", trueNegatives: 0 },
      reward: { count: "2", sum: 3, mean: 1.5, variance: 0.5 },
      labelDelay: { mean: "1.500s", median: "0.001s", p95: "86400s" },
    };
    expect(decode({ metrics: [message] })).toStrictEqual({
      model: "m",
      time: new Date(time),
      metrics: [
        {
          ...nothing,
          ...names,
          ...numbers,
          task: "binary",
          samples: 4,
          predictions: 8,
          confusion: {
            positiveClass: "M",
            truePositives: 1,
            falsePositives: 2,
            falseNegatives: 0,
            trueNegatives: 0,
          },
          reward: { count: 2, sum: 3, mean: 1.5, variance: 0.5 },
          labelDelay: { meanMs: 1500, medianMs: 1, p95Ms: 86_400_000 },
        },
      ],
      drift: [],
    });
  });

  it("keeps a metric that is 0 apart from one that is not set", () => {
    const [metrics] = decode({ metrics: [{ samples: "0", accuracy: 0 }] }).metrics;
    expect(metrics).toStrictEqual({ ...nothing, samples: 0, accuracy: 0 });
  });

  it("reads a multiclass task", () => {
    const average = { precision: 0.5, recall: 0.25, f1Score: 0.75 };
    const multiclass = {
      classes: [
        { value: 0, label: "setosa", ...average, support: "3", answered: ["2", "1", "0"] },
        { support: "0" },
      ],
      macro: average,
      micro: { precision: 1 },
    };
    const [metrics] = decode({ metrics: [{ multiclass }] }).metrics;
    const none = { precision: 0, recall: 0, f1Score: 0 };
    expect(metrics?.multiclass).toStrictEqual({
      classes: [
        { value: 0, label: "setosa", ...average, support: 3, answered: [2, 1, 0] },
        { value: null, label: "", ...none, support: 0, answered: [] },
      ],
      macro: average,
      micro: { ...none, precision: 1 },
      weighted: none,
    });
  });

  it("reads a regression", () => {
    const regression = {
      meanAbsoluteError: 1,
      rootMeanSquaredError: 2,
      rSquared: -3,
      meanAbsolutePercentageError: 0.5,
      bias: -1,
    };
    const [metrics] = decode({ metrics: [{ task: "TASK_REGRESSION", regression }] }).metrics;
    expect(metrics).toStrictEqual({ ...nothing, task: "regression", regression });
  });

  it("reads empty parts as zeros", () => {
    const message = { confusion: {}, regression: {}, reward: {}, labelDelay: {} };
    const [metrics] = decode({ metrics: [message] }).metrics;
    expect(metrics?.confusion?.truePositives).toBe(0);
    expect(metrics?.regression?.rSquared).toBe(0);
    expect(metrics?.reward).toStrictEqual({ count: 0, sum: 0, mean: 0, variance: 0 });
    expect(metrics?.labelDelay).toStrictEqual({ meanMs: 0, medianMs: 0, p95Ms: 0 });
  });

  it("reads the steps of a history", () => {
    const history = [{ start: time, metrics: { accuracy: 1 } }];
    const [metrics] = decode({ metrics: [{ history }] }).metrics;
    expect(metrics?.history).toStrictEqual([
      { start: new Date(time), metrics: { ...nothing, accuracy: 1 } },
    ]);
  });

  it("reads drift", () => {
    const moved = { psi: 0.5, ks: 0.25, pValue: 0.01, missing: 0, outOfRange: 0.125 };
    const drift = [
      {
        version: "1",
        reference: "DRIFT_REFERENCE_FIRST_ROWS",
        referenceRows: "1000",
        rows: "50",
        drifted: true,
        features: [{ name: "x", ...moved, drifted: true }],
        outputs: [{ name: "class", chiSquare: 3 }],
      },
      { version: "2", reference: "DRIFT_REFERENCE_FILE" },
      { version: "3" },
    ];
    const empty = { referenceRows: 0, rows: 0, drifted: false, features: [], outputs: [] };
    const still = { psi: undefined, ks: undefined, pValue: undefined };
    const unseen = { missing: undefined, outOfRange: undefined };
    expect(decode({ drift }).drift).toStrictEqual([
      {
        version: "1",
        reference: "first_rows",
        referenceRows: 1000,
        rows: 50,
        drifted: true,
        features: [{ name: "x", ...moved, chiSquare: undefined, drifted: true }],
        outputs: [{ name: "class", ...still, ...unseen, chiSquare: 3, drifted: false }],
      },
      { version: "2", reference: "file", ...empty },
      { version: "3", reference: "none", ...empty },
    ]);
  });

  it("reads a task and a reference that it does not know", () => {
    const { metrics, drift } = decode({ metrics: [{ task: 99 }], drift: [{ reference: 99 }] });
    expect([metrics[0]?.task, drift[0]?.reference]).toEqual(["other", "none"]);
  });

  const incomplete: [string, object][] = [
    ["no time", { time: null }],
    ["a step without a time", { metrics: [{ history: [{ metrics: {} }] }] }],
    ["a step without metrics", { metrics: [{ history: [{ start: time }] }] }],
  ];
  for (const [what, fields] of incomplete) {
    it(`refuses an answer with ${what}`, () => {
      expect(() => decode(fields)).toThrow(expect.objectContaining({ code: "internal" }));
    });
  }
});
