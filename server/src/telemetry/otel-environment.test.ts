import { describe, expect, it } from "vitest";
import { isExported, readRootRatio } from "./otel-environment.ts";

describe("isExported()", () => {
  const cases: [string, Record<string, string>, boolean, boolean][] = [
    ["nothing", {}, false, false],
    ["an endpoint", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4317" }, true, true],
    ["an endpoint of traces", { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://c" }, true, false],
    ["an endpoint of metrics", { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://c" }, false, true],
    ["an exporter of traces", { OTEL_TRACES_EXPORTER: "console" }, true, false],
    [
      "none of the exporters of metrics",
      { OTEL_METRICS_EXPORTER: "none", OTEL_EXPORTER_OTLP_ENDPOINT: "http://c" },
      true,
      false,
    ],
    [
      "empty variables",
      { OTEL_TRACES_EXPORTER: " ", OTEL_EXPORTER_OTLP_ENDPOINT: "" },
      false,
      false,
    ],
    [
      "a disabled SDK",
      { OTEL_SDK_DISABLED: "TRUE", OTEL_EXPORTER_OTLP_ENDPOINT: "http://c" },
      false,
      false,
    ],
    ["other variables", { OTEL_SERVICE_NAME: "presage" }, false, false],
  ];
  it.each(cases)("finds with %s", (_name, environment, traces, metrics) => {
    expect([isExported("traces", environment), isExported("metrics", environment)]).toEqual([
      traces,
      metrics,
    ]);
  });
});

describe("readRootRatio()", () => {
  const cases: readonly (readonly [
    sampler: string,
    argument: string,
    ratio: number | undefined,
  ])[] = [
    ["parentbased_traceidratio", "0.01", 0.01],
    [" parentbased_traceidratio ", "0", 0],
    ["parentbased_traceidratio", "1", 1],
    ["parentbased_traceidratio", "", undefined],
    ["parentbased_traceidratio", "2", undefined],
    ["parentbased_traceidratio", "many", undefined],
    ["traceidratio", "0.01", undefined],
    ["always_on", "0.01", undefined],
  ];
  it.each(cases)(
    "reads %j with %j as %s",
    (OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG, ratio) => {
      expect(readRootRatio({ OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG })).toBe(ratio);
    },
  );

  it("reads no ratio where none is asked for", () => {
    expect(readRootRatio({})).toBeUndefined();
  });
});
