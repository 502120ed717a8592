import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { MetricsDimension, MetricsRequestSchema } from "@presage/gen/presage/v1/metrics_pb";
import { describe, expect, it } from "vitest";
import { violationsOf } from "../../../test/support/signatures.ts";
import { readMetricsRequest } from "./metrics.ts";

type Given = MessageInitShape<typeof MetricsRequestSchema>;

const seconds = (count: number): { seconds: bigint } => ({ seconds: BigInt(count) });

describe("readMetricsRequest()", () => {
  it("reads all feedback of every version where nothing else is asked", () => {
    expect(readMetricsRequest(create(MetricsRequestSchema, { model: "m" }))).toEqual({
      model: "m",
      version: "",
      alias: undefined,
      policy: undefined,
      groupBy: ["version"],
      window: { kind: "all" },
      history: undefined,
    });
  });

  it("reads everything that can be asked", () => {
    const request = create(MetricsRequestSchema, {
      model: "m",
      version: "canary",
      alias: "stable",
      policy: "requested",
      window: { bound: { case: "last", value: seconds(90) } },
      groupBy: [MetricsDimension.ALIAS, MetricsDimension.POLICY, MetricsDimension.VERSION],
      history: { step: seconds(60), steps: 5 },
    });
    expect(readMetricsRequest(request)).toEqual({
      model: "m",
      version: "canary",
      alias: "stable",
      policy: "requested",
      groupBy: ["alias", "policy", "version"],
      window: { kind: "lastMs", ms: 90_000 },
      history: { stepMs: 60_000, steps: 5 },
    });
  });

  it.each<[string, Given, object]>([
    ["one group for the model", { groupBy: [MetricsDimension.MODEL] }, { groupBy: [] }],
    [
      "a dimension that is not stated as the version",
      { groupBy: [MetricsDimension.UNSPECIFIED, MetricsDimension.VERSION] },
      { groupBy: ["version"] },
    ],
    [
      "a window of rows",
      { window: { bound: { case: "lastRows", value: 1_000_000n } } },
      { window: { kind: "lastRows", rows: 1_000_000 } },
    ],
    ["a window without bounds", { window: {} }, { window: { kind: "all" } }],
    [
      "24 steps where their number is not stated",
      { history: { step: seconds(1) } },
      { history: { stepMs: 1000, steps: 24 } },
    ],
  ])("reads %s", (_, given, expected) => {
    const request = create(MetricsRequestSchema, { model: "m", ...given });
    expect(readMetricsRequest(request)).toMatchObject(expected);
  });

  it.each<[Given, readonly string[]]>([
    [{}, ["model: required"]],
    [
      { model: "m", window: { bound: { case: "lastRows", value: 0n } } },
      ["window.last_rows: expected 1 to 1000000, got 0"],
    ],
    [
      { model: "m", window: { bound: { case: "lastRows", value: 1_000_001n } } },
      ["window.last_rows: expected 1 to 1000000, got 1000001"],
    ],
    [
      { model: "m", window: { bound: { case: "last", value: seconds(-1) } } },
      ["window.last: expected more than 0s"],
    ],
    [{ model: "m", history: {} }, ["history.step: required"]],
    [
      { model: "m", history: { step: { nanos: 500_000_000 }, steps: 1001 } },
      ["history.steps: expected at most 1000, got 1001", "history.step: expected at least 1s"],
    ],
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a newer caller may send
    [
      { model: "m", groupBy: [9 as MetricsDimension] },
      ["group_by[0]: expected MODEL, VERSION, ALIAS or POLICY, got 9"],
    ],
  ])("refuses what cannot be asked", (given, violations) => {
    const request = create(MetricsRequestSchema, given);
    expect(violationsOf(() => readMetricsRequest(request))).toEqual(violations);
  });
});
