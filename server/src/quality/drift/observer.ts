import { createHash } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import type { Feeds } from "../../core/feeds.ts";
import type { Signature } from "../../core/signature.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { FeedbackStore } from "../../feedback/store.ts";
import { createRowPicks, takeRows } from "./column-sink.ts";
import { createHourlySketches, type HourlySketches } from "./hourly-sketches.ts";
import { type DriftOptions, windowStart } from "./options.ts";
import { type Reference, referenceFormat, referenceText } from "./reference.ts";
import { createReferenceBuilder, type ReferenceBuilder } from "./reference-builder.ts";
import { readReference } from "./reference-reader.ts";
import { createEmptyReport, createReport, type DriftReport } from "./report.ts";
import { createRowSampler } from "./row-sampler.ts";
import { createSketch, mergeSketch, readSketch } from "./sketch.ts";
import { type WatchedColumn, watchColumns } from "./watched-column.ts";

/** Watches the inputs and answers of one loaded version for drift. */
export interface DriftObserver {
  /**
   * Looks at a call that was answered: at all of its rows, some or none. It takes
   * well under a microsecond a row that is looked at, keeps no row, and never
   * throws for what a model answers.
   */
  observe(feeds: Feeds, outputs: readonly Tensor[]): void;
  /** Keeps what was counted, for every process; to be called every ten seconds, and at the end. Never rejects. */
  flush(): Promise<void>;
  /** Compares the window up to a time, of every process, with the reference. Rejects with STORE_UNAVAILABLE. */
  report(now: number): Promise<DriftReport>;
}

/** What a drift observer needs of the store. */
export type DriftStore = Pick<
  FeedbackStore,
  "putSketch" | "readSketches" | "keepDocument" | "readDocument"
>;

/** What a drift observer works with. */
export interface DriftObserverParts {
  readonly model: string;
  /** In decimal. */
  readonly version: string;
  readonly signature: Signature;
  readonly options: DriftOptions;
  /** The reference of the version's file; undefined makes one of the first rows. */
  readonly reference: Reference | undefined;
  readonly store: DriftStore;
  readonly clock: Clock;
  /** Names the process: no two that share the store, now or earlier, may have the same. */
  readonly writer: string;
  /** Is told why a flush failed. The store's own failures come again until it is back. */
  readonly reportFault: (fault: unknown) => void;
  /** The rows that are looked at in a second. @default 2000 */
  readonly rowsPerSecond?: number;
  /** Gives numbers from 0 to below 1. @default Math.random */
  readonly random?: () => number;
}

/** Makes the observer of a version. */
export function createDriftObserver(parts: DriftObserverParts): DriftObserver {
  const { model, version, signature, options, store, clock, writer, reportFault } = parts;
  const { rowsPerSecond = 2000, random = Math.random } = parts;
  const columns = watchColumns(signature);
  const sampler = createRowSampler({ rowsPerSecond, random });
  const picks = createRowPicks();
  const name = `${model}/${version}/${nameOf(columns)}`;
  let state: ObserverState =
    parts.reference === undefined
      ? { kind: "gathering", builder: createReferenceBuilder(columns, options.referenceRows) }
      : countBy(parts.reference, columns);

  const take = (feeds: Feeds, outputs: readonly Tensor[], now: number): void => {
    if (state.kind === "counting") {
      const { sketch, counters } = state.sketches.at(now);
      sketch.rows += picks.count;
      sketch.unseen += sampler.takeUnseen();
      takeRows(counters, feeds, outputs, picks);
    } else {
      // Until there is a reference, nothing can be compared: these rows are of no window.
      sampler.takeUnseen();
      state.builder.take(feeds, outputs, picks);
    }
  };

  /** Takes the reference that is kept, or offers the one that was gathered: the first that is kept holds for all. */
  const settle = async (): Promise<CountingState | undefined> => {
    if (state.kind === "counting") return state;
    const { builder } = state;
    const text = builder.isFull
      ? await store.keepDocument("reference", name, referenceText(builder.finish()))
      : await store.readDocument("reference", name);
    if (state.kind === "gathering" && text !== undefined) {
      const read = readReference(text, columns);
      if (read.kind === "invalid") throw new Error(`the kept reference: ${read.problems[0]}`);
      state = countBy(read.reference, columns);
    }
    return state.kind === "counting" ? state : undefined;
  };

  return {
    observe(feeds, outputs) {
      const { rowCount } = feeds;
      if (columns.length === 0 || sampler.passes(rowCount)) return;
      const now = clock.now();
      sampler.setTime(now);
      let hasMore = true;
      while (hasMore) {
        hasMore = sampler.pick(rowCount, picks);
        take(feeds, outputs, now);
      }
    },
    async flush() {
      if (columns.length === 0) return;
      sampler.refresh(clock.now());
      try {
        const settled = await settle();
        if (settled === undefined) return;
        settled.sketches.forget(windowStart(options, clock.now()));
        for (const hour of settled.sketches.changed()) {
          await store.putSketch({ model, version, from: hour.from, writer, text: hour.text });
          hour.keep();
        }
      } catch (error) {
        reportFault(error);
      }
    },
    async report(now) {
      const settled = columns.length === 0 ? undefined : await settle();
      if (settled === undefined) return createEmptyReport(columns);
      const { reference, sketches } = settled;
      const since = windowStart(options, now);
      const sketch = createSketch(reference);
      for (const stored of await store.readSketches(model, version, since)) {
        const read = stored.writer === writer ? undefined : readSketch(stored.text, reference);
        if (read !== undefined) mergeSketch(sketch, read);
      }
      for (const own of sketches.since(since)) mergeSketch(sketch, own);
      const origin = parts.reference === undefined ? "first-rows" : "file";
      return createReport({ columns, options, origin, reference, sketch });
    },
  };
}

/** Either gathers the rows of a reference, or counts by the cells of one. */
type ObserverState =
  | { readonly kind: "gathering"; readonly builder: ReferenceBuilder }
  | CountingState;

interface CountingState {
  readonly kind: "counting";
  readonly reference: Reference;
  readonly sketches: HourlySketches;
}

function countBy(reference: Reference, columns: readonly WatchedColumn[]): CountingState {
  return { kind: "counting", reference, sketches: createHourlySketches(columns, reference) };
}

const nameLength = 16;

/** Names what is watched, and how it is written: another signature under the same version's number has another reference. */
function nameOf(columns: readonly WatchedColumn[]): string {
  const facts = columns.map(({ name, kind, dataType }) => [name, kind, dataType]);
  return createHash("sha256")
    .update(JSON.stringify([referenceFormat, facts]))
    .digest("hex")
    .slice(0, nameLength);
}
