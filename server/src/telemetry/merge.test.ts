import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCounter, valuesOf } from "../../../test/support/snapshots.ts";
import type { GaugeInstrument, HistogramInstrument, Instrument } from "./instrument.ts";
import { modelState, modelStates } from "./instruments.ts";
import { mergeSnapshots } from "./merge.ts";
import type { HistogramPoint, Reading, Snapshot } from "./snapshot.ts";

const queue: GaugeInstrument<"model"> = {
  kind: "gauge",
  name: "test.queue",
  unit: "",
  text: "What waits.",
  attributes: ["model"],
  together: "sum",
};
const delay: GaugeInstrument<"model"> = { ...queue, name: "test.delay", together: "max" };
const sizes: HistogramInstrument<"model"> = {
  kind: "histogram",
  name: "test.sizes",
  unit: "",
  text: "Sizes.",
  attributes: ["model"],
  bounds: [1, 2],
};

const models = ["a", "b", "c"];
const whole = fc.integer({ min: 0, max: 1e9 });

/** One point for each of some models. */
function pointsOf<Point>(
  point: fc.Arbitrary<Point>,
): fc.Arbitrary<readonly (Point & { readonly attributes: Readonly<Record<string, string>> })[]> {
  return fc
    .uniqueArray(fc.tuple(fc.constantFrom(...models), point), { selector: ([model]) => model })
    .map((chosen) => chosen.map(([model, own]) => ({ attributes: { model }, ...own })));
}

const readings = pointsOf(fc.record({ value: whole }));
const histogramPoints: fc.Arbitrary<readonly HistogramPoint[]> = pointsOf(
  fc.record({
    counts: fc.array(whole, { minLength: 3, maxLength: 3 }),
    sum: whole,
    exemplars: fc.constant([]),
  }),
);
const statePoints = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...models), fc.constantFrom(...modelStates)), {
    selector: ([model]) => model,
  })
  .map((states) => states.flatMap(([model, now]) => stateReadings(model, now)));

function stateReadings(model: string, now: string): readonly Reading[] {
  return modelStates.map((state) => ({
    attributes: { model, version: "1", state },
    value: Number(state === now),
  }));
}

/** What a process may tell. */
const snapshots: fc.Arbitrary<Snapshot> = fc
  .record({
    count: readings,
    queued: readings,
    delays: readings,
    states: statePoints,
    sizes: histogramPoints,
  })
  .map((points) => ({
    numbers: [
      { instrument: { ...anyCounter, attributes: ["model"] }, points: points.count },
      { instrument: queue, points: points.queued },
      { instrument: delay, points: points.delays },
      { instrument: modelState, points: points.states },
    ],
    histograms: [{ instrument: sizes, points: points.sizes }],
  }));

describe("mergeSnapshots()", () => {
  it("gives the same in whatever order processes are asked", () => {
    fc.assert(
      fc.property(fc.array(snapshots, { maxLength: 4 }), (several) => {
        expect(mergeSnapshots(several.toReversed())).toEqual(mergeSnapshots(several));
      }),
    );
  });

  it("gives the same where some were put together before", () => {
    fc.assert(
      fc.property(snapshots, snapshots, snapshots, (one, two, three) => {
        expect(mergeSnapshots([mergeSnapshots([one, two]), three])).toEqual(
          mergeSnapshots([one, mergeSnapshots([two, three])]),
        );
      }),
    );
  });

  it("changes nothing of what one process tells but its order", () => {
    fc.assert(
      fc.property(snapshots, (one) => {
        expect(valuesOf(mergeSnapshots([one]))).toEqual(valuesOf(one));
      }),
    );
  });

  it("adds up counters, and what several processes have together", () => {
    fc.assert(
      fc.property(fc.array(snapshots, { minLength: 1, maxLength: 4 }), (several) => {
        const merged = valuesOf(mergeSnapshots(several));
        const all = several.map(valuesOf);
        for (const name of ["test.events", "test.queue"])
          for (const key of models.map((model) => `${name} ${model}`))
            expect(merged[key] ?? 0).toBe(all.reduce((sum, each) => sum + (each[key] ?? 0), 0));
      }),
    );
  });

  it("takes the greatest where there is no sum", () => {
    fc.assert(
      fc.property(fc.array(snapshots, { minLength: 1, maxLength: 4 }), (several) => {
        const merged = valuesOf(mergeSnapshots(several));
        const all = several.map(valuesOf);
        for (const key of models.map((model) => `test.delay ${model}`))
          expect(merged[key] ?? 0).toBe(Math.max(...all.map((each) => each[key] ?? 0)));
      }),
    );
  });

  it("keeps one state of each version", () => {
    fc.assert(
      fc.property(fc.array(snapshots, { minLength: 1, maxLength: 4 }), (several) => {
        const merged = valuesOf(mergeSnapshots(several));
        for (const model of models) {
          const states = modelStates.map(
            (state) => merged[`presage.model.state ${model} 1 ${state}`],
          );
          const known = states.filter((value) => value !== undefined);
          expect([0, 1]).toContain(known.reduce((sum, value) => sum + value, 0));
          expect([0, modelStates.length]).toContain(known.length);
        }
      }),
    );
  });

  const together: [readonly string[], string][] = [
    [["ready", "ready"], "ready"],
    [["ready", "loading"], "loading"],
    [["unavailable", "loading", "ready"], "unavailable"],
    [["unloading", "ready"], "unloading"],
  ];
  it.each(together)("says of a version that is %j that it is %s", (states, expected) => {
    const merged = mergeSnapshots(
      states.map((state) => ({
        numbers: [{ instrument: modelState, points: stateReadings("iris", state) }],
        histograms: [],
      })),
    );
    const [ready] = Object.entries(valuesOf(merged)).filter(([, value]) => value === 1);
    expect(ready).toEqual([`presage.model.state iris 1 ${expected}`, 1]);
  });

  it("adds up histograms by bucket, and keeps the latest exemplar of each", () => {
    const point = (counts: readonly number[], sum: number, at: number): Snapshot => ({
      numbers: [],
      histograms: [
        {
          instrument: sizes,
          points: [
            {
              attributes: { model: "a" },
              counts,
              sum,
              exemplars: [{ bucket: 1, value: sum, at, traceId: "t", spanId: "s" }],
            },
          ],
        },
      ],
    });
    const late = point([1, 2, 3], 10, 20);
    const early = point([4, 5, 6], 30, 10);
    expect(mergeSnapshots([late, early]).histograms[0]?.points).toEqual([
      {
        attributes: { model: "a" },
        counts: [5, 7, 9],
        sum: 40,
        exemplars: [{ bucket: 1, value: 10, at: 20, traceId: "t", spanId: "s" }],
      },
    ]);
  });

  it("orders metrics by name and series by attributes", () => {
    const tell = (instrument: Instrument & { kind: "gauge" }, ...names: readonly string[]) => ({
      instrument,
      points: names.map((model) => ({ attributes: { model }, value: 1 })),
    });
    const merged = mergeSnapshots([
      { numbers: [tell(queue, "b", "a")], histograms: [] },
      { numbers: [tell(delay, "c"), tell(queue, "0")], histograms: [] },
    ]);
    expect(Object.keys(valuesOf(merged))).toEqual([
      "test.delay c",
      "test.queue 0",
      "test.queue a",
      "test.queue b",
    ]);
  });

  it("leaves out metrics without a series", () => {
    expect(
      mergeSnapshots([{ numbers: [{ instrument: queue, points: [] }], histograms: [] }]),
    ).toEqual({ numbers: [], histograms: [] });
  });
});
