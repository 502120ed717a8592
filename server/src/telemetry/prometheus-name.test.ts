import { describe, expect, it } from "vitest";
import { prometheusLabel, prometheusName } from "./prometheus-name.ts";

describe("prometheusName()", () => {
  const cases: ["counter" | "gauge" | "histogram", string, string, string][] = [
    ["histogram", "rpc.server.call.duration", "s", "rpc_server_call_duration_seconds"],
    ["counter", "process.cpu.time", "s", "process_cpu_time_seconds_total"],
    ["counter", "presage.predictions", "{prediction}", "presage_predictions_total"],
    ["gauge", "process.memory.usage", "By", "process_memory_usage_bytes"],
    ["gauge", "presage.drift.missing", "1", "presage_drift_missing_ratio"],
    ["counter", "presage.shares", "1", "presage_shares_total"],
    ["gauge", "presage.build.info", "", "presage_build_info"],
    ["gauge", "presage.delay.seconds", "s", "presage_delay_seconds"],
    ["gauge", "presage.f1_score", "", "presage_f1_score"],
    ["gauge", "presage.odd--name", "furlong", "presage_odd_name_furlong"],
  ];
  it.each(cases)("calls the %s %s in %j %s", (kind, name, unit, expected) => {
    expect(prometheusName({ kind, name, unit })).toBe(expected);
  });
});

describe("prometheusLabel()", () => {
  it("writes underscores for dots", () => {
    expect(prometheusLabel("rpc.status_code")).toBe("rpc_status_code");
  });
});
