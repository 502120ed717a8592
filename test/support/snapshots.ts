import type { CounterInstrument, GaugeInstrument } from "../../server/src/telemetry/instrument.ts";
import type { Snapshot } from "../../server/src/telemetry/snapshot.ts";

/** A counter of nothing in particular. */
export const anyCounter: CounterInstrument<never> = {
  kind: "counter",
  name: "test.events",
  unit: "{event}",
  text: "Events of a test.",
  attributes: [],
};

/** A gauge of which several processes have the sum. */
export const anyGauge: GaugeInstrument<never> = {
  kind: "gauge",
  name: "test.things",
  unit: "{thing}",
  text: "Things of a test.",
  attributes: [],
  together: "sum",
};

/** What a process tells that has counted so many events and has so many things. */
export function measured(events: number, things: number): Snapshot {
  return {
    numbers: [
      { instrument: anyCounter, points: [{ attributes: {}, value: events }] },
      { instrument: anyGauge, points: [{ attributes: {}, value: things }] },
    ],
    histograms: [],
  };
}

/** The values of a snapshot's counters and gauges, by name and attributes. */
export function valuesOf({ numbers }: Snapshot): Readonly<Record<string, number>> {
  return Object.fromEntries(
    numbers.flatMap(({ instrument, points }) =>
      points.map(({ attributes, value }) => [
        [instrument.name, ...Object.values(attributes)].join(" "),
        value,
      ]),
    ),
  );
}
