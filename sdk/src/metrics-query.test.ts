import { create, toJson } from "@bufbuild/protobuf";
import { MetricsRequestSchema } from "@presage/gen/presage/v1/metrics_pb";
import { describe, expect, it } from "vitest";
import { encodeMetricsQuery, type MetricsQuery } from "./metrics-query.ts";

function written(query: MetricsQuery): unknown {
  return toJson(MetricsRequestSchema, create(MetricsRequestSchema, encodeMetricsQuery("m", query)));
}

describe("encodeMetricsQuery()", () => {
  const cases: [MetricsQuery, object][] = [
    [{}, {}],
    [
      { version: 2, alias: "stable", policy: "latest" },
      { version: "2", alias: "stable", policy: "latest" },
    ],
    [{ version: "canary" }, { version: "canary" }],
    [{ window: { lastRows: 500 } }, { window: { lastRows: "500" } }],
    [{ window: { lastRows: 0 } }, { window: { lastRows: "0" } }],
    [{ window: { lastMs: 1500 } }, { window: { last: "1.500s" } }],
    [
      { groupBy: ["model", "version", "alias", "policy"] },
      {
        groupBy: [
          "METRICS_DIMENSION_MODEL",
          "METRICS_DIMENSION_VERSION",
          "METRICS_DIMENSION_ALIAS",
          "METRICS_DIMENSION_POLICY",
        ],
      },
    ],
    [{ history: { stepMs: 60_000 } }, { history: { step: "60s" } }],
    [{ history: { stepMs: 60_000, steps: 5 } }, { history: { step: "60s", steps: 5 } }],
  ];
  for (const [query, expected] of cases) {
    it(`writes ${JSON.stringify(query)}`, () => {
      expect(written(query)).toEqual({ model: "m", ...expected });
    });
  }

  it("names every value that cannot be sent", () => {
    const query = {
      groupBy: ["version", "toString"],
      window: { lastMs: Infinity },
      history: { stepMs: 0.5, steps: 0 },
    } as unknown as MetricsQuery;
    expect(() => encodeMetricsQuery("m", query)).toThrow(
      expect.objectContaining({
        code: "invalid_argument",
        violations: [
          {
            field: "groupBy[1]",
            description: "expected one of model, version, alias, policy, got toString",
          },
          {
            field: "window.lastMs",
            description: "expected a whole number from 0 to 315576000000000, got Infinity",
          },
          expect.objectContaining({ field: "history.stepMs" }),
          expect.objectContaining({ field: "history.steps" }),
        ],
      }),
    );
  });

  for (const lastRows of [-1, 0.5, Number.NaN, 2 ** 53]) {
    it(`refuses a window of ${lastRows} rows`, () => {
      expect(() => encodeMetricsQuery("m", { window: { lastRows } })).toThrow("window.lastRows");
    });
  }
});
