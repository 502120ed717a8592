import { createColumnCounter } from "./column-counter.ts";
import type { ColumnSink } from "./column-sink.ts";
import { hourMs } from "./options.ts";
import type { Reference } from "./reference.ts";
import { createSketch, type Sketch, sketchText } from "./sketch.ts";
import type { WatchedColumn } from "./watched-column.ts";

/** What one process counted of a version, by the hour. */
export interface HourlySketches {
  /** Finds the sketch of the hour of a time, and what counts into it. */
  at(now: number): CountedHour;
  /** The sketches of hours that begin at or after a time. */
  since(from: number): readonly Sketch[];
  /** What is not kept yet. */
  changed(): readonly ChangedHour[];
  /** Forgets the hours that begin before a time. */
  forget(before: number): void;
}

/** The sketch of an hour. */
export interface CountedHour {
  readonly sketch: Sketch;
  /** One for each column. */
  readonly counters: readonly ColumnSink[];
}

/** An hour whose sketch counted more than was kept of it. */
export interface ChangedHour {
  /** When the hour begins, in milliseconds since 1970. */
  readonly from: number;
  readonly text: string;
  /** Says that the text is kept. */
  keep(): void;
}

interface OwnHour extends CountedHour {
  /** The number of rows of which is known that they are kept. */
  keptRows: number;
}

/** Makes a process's sketches, of none of the hours yet. */
export function createHourlySketches(
  columns: readonly WatchedColumn[],
  reference: Reference,
): HourlySketches {
  const hours = new Map<number, OwnHour>();
  let current: OwnHour | undefined;
  let currentFrom = Number.NaN;

  const begin = (): OwnHour => {
    const sketch = createSketch(reference);
    const counters = columns.flatMap((column, index) => {
      const [cells, counts] = [reference.columns[index], sketch.counts[index]];
      return cells === undefined || counts === undefined
        ? []
        : [createColumnCounter(column, cells, counts)];
    });
    return { sketch, counters, keptRows: 0 };
  };

  return {
    at(now) {
      const from = now - (now % hourMs);
      if (current !== undefined && from === currentFrom) return current;
      currentFrom = from;
      current = hours.get(from) ?? begin();
      hours.set(from, current);
      return current;
    },
    since: (from) =>
      [...hours].filter(([begins]) => begins >= from).map(([, { sketch }]) => sketch),
    changed: () =>
      [...hours]
        .filter(([, { sketch, keptRows }]) => sketch.rows !== keptRows)
        .map(([from, hour]) => {
          const { rows } = hour.sketch;
          const keep = (): void => {
            hour.keptRows = rows;
          };
          return { from, text: sketchText(hour.sketch, reference), keep };
        }),
    forget(before) {
      for (const from of hours.keys())
        if (from < before && from !== currentFrom) hours.delete(from);
    },
  };
}
