import { describe, expect, it } from "vitest";
import { anyCounter, anyGauge, valuesOf } from "../../../test/support/snapshots.ts";
import type { CounterInstrument, HistogramInstrument } from "./instrument.ts";
import { createMetricRegistry } from "./registry.ts";
import type { HistogramPoint } from "./snapshot.ts";

const sizes: HistogramInstrument<"model"> = {
  kind: "histogram",
  name: "test.sizes",
  unit: "{row}",
  text: "Sizes of a test.",
  attributes: ["model"],
  bounds: [1, 2, 4],
};

const events: CounterInstrument<"model" | "code"> = {
  kind: "counter",
  name: "test.coded",
  unit: "{event}",
  text: "Events of a test.",
  attributes: ["model", "code"],
};

/** What a histogram has counted of these values. */
function countsOf(...values: readonly number[]): Pick<HistogramPoint, "counts" | "sum"> {
  const registry = createMetricRegistry();
  const series = registry.histogram(sizes, { model: "iris" });
  for (const value of values) series.record(value);
  const [point] = registry.collect().histograms[0]?.points ?? [];
  if (point === undefined) throw new Error("nothing was collected");
  return { counts: point.counts, sum: point.sum };
}

describe("createMetricRegistry()", () => {
  it("measures nothing at first", () => {
    expect(createMetricRegistry().collect()).toEqual({ numbers: [], histograms: [] });
  });

  const cases: [string, readonly number[], readonly number[], number][] = [
    ["a bound in its own bucket", [1, 2, 4], [1, 1, 1, 0], 7],
    ["what lies between bounds in the next bucket", [0, 1.5, 3], [1, 1, 1, 0], 4.5],
    ["what is greater in the last one", [4.1, 1e9], [0, 0, 0, 2], 1e9 + 4.1],
    ["nothing that is no number", [NaN, Infinity, -Infinity], [0, 0, 0, 0], 0],
  ];
  it.each(cases)("counts %s", (_, values, counts, sum) => {
    expect(countsOf(...values)).toEqual({ counts, sum });
  });

  it("counts a value so many times", () => {
    const registry = createMetricRegistry();
    registry.histogram(sizes, { model: "iris" }).record(2, 5);
    const [point] = registry.collect().histograms[0]?.points ?? [];
    expect([point?.counts, point?.sum]).toEqual([[0, 5, 0, 0], 10]);
  });

  it("keeps the last exemplar of each bucket", () => {
    let now = 1000;
    const registry = createMetricRegistry({ now: () => now });
    const series = registry.histogram(sizes, { model: "iris" });
    series.record(1.5, 1, { traceId: "a", spanId: "1" });
    now = 2000;
    series.record(2, 1, { traceId: "b", spanId: "2" });
    series.record(9, 1, { traceId: "c", spanId: "3" });
    series.record(2);
    expect(registry.collect().histograms[0]?.points[0]?.exemplars).toEqual([
      { bucket: 1, value: 2, at: 2000, traceId: "b", spanId: "2" },
      { bucket: 3, value: 9, at: 2000, traceId: "c", spanId: "3" },
    ]);
  });

  it("gives the same series for the same attributes, in whatever order", () => {
    const registry = createMetricRegistry();
    const series = registry.counter(events, { model: "iris", code: "OK" });
    expect(registry.counter(events, { code: "OK", model: "iris" })).toBe(series);
    expect(registry.counter(events, { model: "OK", code: "iris" })).not.toBe(series);
  });

  it("counts by attributes, in the instrument's order", () => {
    const registry = createMetricRegistry();
    registry.counter(events, { code: "OK", model: "iris" }).add();
    registry.counter(events, { code: "OK", model: "iris" }).add(2);
    registry.counter(events, { code: "INTERNAL", model: "iris" }).add();
    expect(valuesOf(registry.collect())).toEqual({
      "test.coded iris OK": 3,
      "test.coded iris INTERNAL": 1,
    });
  });

  it("has one series for all past two thousand", () => {
    const registry = createMetricRegistry();
    for (let model = 0; model < 2100; model += 1)
      registry.counter(events, { model: `${model}`, code: "OK" }).add();
    registry.counter(events, { model: "7", code: "OK" }).add();
    const values = valuesOf(registry.collect());
    expect(Object.keys(values)).toHaveLength(2001);
    expect(values["test.coded 7 OK"]).toBe(2);
    expect(values["test.coded _other _other"]).toBe(100);
  });

  it("reads what is observed whenever it collects, until that is stopped", () => {
    const registry = createMetricRegistry();
    let value = 1;
    const stop = registry.observe(anyGauge, () => [{ attributes: {}, value }]);
    const seen = [valuesOf(registry.collect())];
    value = 2;
    seen.push(valuesOf(registry.collect()));
    stop();
    seen.push(valuesOf(registry.collect()));
    expect(seen).toEqual([{ "test.things": 1 }, { "test.things": 2 }, {}]);
  });

  it("puts together what several tell of one series", () => {
    const registry = createMetricRegistry();
    registry.observe(anyGauge, () => [{ attributes: {}, value: 3 }]);
    registry.observe(anyGauge, () => [{ attributes: {}, value: 4 }]);
    registry.counter(anyCounter, {}).add();
    registry.observe(anyCounter, () => [{ attributes: {}, value: 5 }]);
    expect(valuesOf(registry.collect())).toEqual({ "test.events": 6, "test.things": 7 });
  });

  it("leaves out what is observed and no number", () => {
    const registry = createMetricRegistry();
    registry.observe(anyGauge, () => [{ attributes: {}, value: NaN }]);
    registry.observe(anyGauge, () => [{ attributes: {}, value: Infinity }]);
    expect(registry.collect()).toEqual({ numbers: [], histograms: [] });
  });

  it("collects plain data, which other processes and JSON take as they are", () => {
    const registry = createMetricRegistry({ now: () => 5 });
    const span = { traceId: "a", spanId: "1" };
    registry.histogram(sizes, { model: "iris" }).record(3, 2, span);
    registry.counter(events, { model: "iris", code: "OK" }).add();
    const snapshot = registry.collect();
    expect(structuredClone(snapshot)).toEqual(snapshot);
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  });
});
