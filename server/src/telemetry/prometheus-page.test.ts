import { describe, expect, it } from "vitest";
import type { CounterInstrument, GaugeInstrument, HistogramInstrument } from "./instrument.ts";
import { writePage } from "./prometheus-page.ts";
import type { Snapshot } from "./snapshot.ts";

const time: CounterInstrument<"cpu.mode"> = {
  kind: "counter",
  name: "test.cpu.time",
  unit: "s",
  text: 'Time, "busy" or\nnot: C:\\.',
  attributes: ["cpu.mode"],
};
const level: GaugeInstrument<never> = {
  kind: "gauge",
  name: "test.level",
  unit: "",
  text: "A level.",
  attributes: [],
  together: "max",
};
const delay: HistogramInstrument<"model"> = {
  kind: "histogram",
  name: "test.delay",
  unit: "s",
  text: "Delays.",
  attributes: ["model"],
  bounds: [0.5, 1],
};

const snapshot: Snapshot = {
  numbers: [
    { instrument: time, points: [{ attributes: { "cpu.mode": 'a"b\\c\nd' }, value: 1.5 }] },
    { instrument: level, points: [{ attributes: {}, value: 1e21 }] },
  ],
  histograms: [
    {
      instrument: delay,
      points: [
        {
          attributes: { model: "iris" },
          counts: [1, 2, 3],
          sum: 9.5,
          exemplars: [{ bucket: 1, value: 0.75, at: 1500, traceId: "ab", spanId: "cd" }],
        },
      ],
    },
  ],
};

describe("writePage()", () => {
  it("writes the text format", () => {
    expect(writePage(snapshot, "text").split("\n")).toEqual([
      String.raw`# HELP test_cpu_time_seconds_total Time, "busy" or\nnot: C:\\.`,
      "# TYPE test_cpu_time_seconds_total counter",
      String.raw`test_cpu_time_seconds_total{cpu_mode="a\"b\\c\nd"} 1.5`,
      "# HELP test_level A level.",
      "# TYPE test_level gauge",
      "test_level 1e+21",
      "# HELP test_delay_seconds Delays.",
      "# TYPE test_delay_seconds histogram",
      'test_delay_seconds_bucket{model="iris",le="0.5"} 1',
      'test_delay_seconds_bucket{model="iris",le="1.0"} 3',
      'test_delay_seconds_bucket{model="iris",le="+Inf"} 6',
      'test_delay_seconds_sum{model="iris"} 9.5',
      'test_delay_seconds_count{model="iris"} 6',
      "",
    ]);
  });

  it("writes OpenMetrics, with units, exemplars and an end", () => {
    expect(writePage(snapshot, "openmetrics").split("\n")).toEqual([
      "# TYPE test_cpu_time_seconds counter",
      "# UNIT test_cpu_time_seconds seconds",
      String.raw`# HELP test_cpu_time_seconds Time, \"busy\" or\nnot: C:\\.`,
      String.raw`test_cpu_time_seconds_total{cpu_mode="a\"b\\c\nd"} 1.5`,
      "# TYPE test_level gauge",
      "# HELP test_level A level.",
      "test_level 1e+21",
      "# TYPE test_delay_seconds histogram",
      "# UNIT test_delay_seconds seconds",
      "# HELP test_delay_seconds Delays.",
      'test_delay_seconds_bucket{model="iris",le="0.5"} 1',
      'test_delay_seconds_bucket{model="iris",le="1.0"} 3 # {trace_id="ab",span_id="cd"} 0.75 1.5',
      'test_delay_seconds_bucket{model="iris",le="+Inf"} 6',
      'test_delay_seconds_sum{model="iris"} 9.5',
      'test_delay_seconds_count{model="iris"} 6',
      "# EOF",
      "",
    ]);
  });

  it.each([
    [Infinity, "+Inf"],
    [-Infinity, "-Inf"],
    [NaN, "NaN"],
    [-0.5, "-0.5"],
  ])("writes %s as %s", (value, shown) => {
    const numbers = [{ instrument: level, points: [{ attributes: {}, value }] }];
    expect(writePage({ numbers, histograms: [] }, "text")).toContain(`\ntest_level ${shown}\n`);
  });
});
