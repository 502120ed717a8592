import { describe, expect, it } from "vitest";
import { isExported } from "./otel-environment.ts";

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
