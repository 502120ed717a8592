import { ServingError } from "../core/errors.ts";
import type { FeedbackEvent, Slice } from "../core/feedback.ts";
import type { Scoring } from "../core/scoring.ts";
import type { Scorings } from "../feedback/scorings.ts";
import type { Snapshot } from "../feedback/store.ts";
import { createTally, type SavedTally, type Tally } from "./tally.ts";

/** All that is counted of one slice. */
export interface SliceTally {
  readonly slice: Slice;
  readonly scoring: Scoring;
  readonly tally: Tally;
}

/** The sum of a store's events up to a place in their order, by slice. */
export interface SliceBook {
  /** The last event that was counted; 0 is none. */
  position(): number;
  /** Counts the events that come next. Rejects, and counts none of them, where a scoring cannot be read. */
  fold(events: readonly FeedbackEvent[]): Promise<void>;
  /**
   * Forgets all that was counted, and goes on from a snapshot instead. Rejects with
   * STORE_UNAVAILABLE one that a later release wrote, which may count otherwise.
   */
  replace(snapshot: Snapshot): Promise<void>;
  /** Writes the sum down. */
  snapshot(): Snapshot;
  /** What is counted of a model. */
  of(model: string): readonly SliceTally[];
  /** Grows whenever what is counted of a model changes. */
  revision(model: string): number;
}

interface SavedBook {
  readonly format: number;
  readonly slices: readonly { readonly slice: Slice; readonly tally: SavedTally }[];
}

/**
 * Says what a snapshot holds. Raise it with each new metric: servers then count
 * anew all events that are still kept, and take a snapshot of before only for those that are not.
 */
const format = 1;

/** Makes a book in which nothing is counted. */
export function createSliceBook(scorings: Pick<Scorings, "find">): SliceBook {
  let position = 0;
  let tallies = new Map<string, SliceTally>();
  const revisions = new Map<string, number>();

  const open = async (slice: Slice): Promise<SliceTally> => {
    const scoring = await scorings.find(slice.scoring);
    return { slice, scoring, tally: createTally(scoring) };
  };
  const openInBook = async (slice: Slice): Promise<SliceTally> => {
    const opened = await open(slice);
    tallies.set(keyOf(slice), opened);
    return opened;
  };
  const revise = (models: Iterable<string>): void => {
    for (const model of new Set(models)) revisions.set(model, (revisions.get(model) ?? 0) + 1);
  };
  const models = (): string[] => [...tallies.values()].map(({ slice }) => slice.model);

  return {
    position: () => position,
    async fold(events) {
      const opened: SliceTally[] = [];
      for (const { slice } of events) {
        opened.push(tallies.get(keyOf(slice)) ?? (await openInBook(slice)));
      }
      for (const [index, event] of events.entries()) {
        opened[index]?.tally.fold(event);
        position = event.sequence;
      }
      revise(events.map(({ slice }) => slice.model));
    },
    async replace(snapshot) {
      const book = readBook(snapshot);
      if (book.format > format) {
        throw new ServingError(
          "STORE_UNAVAILABLE",
          "a later release summed up the store's feedback; only that release or a later one can read it",
        );
      }
      const replaced = new Map<string, SliceTally>();
      for (const { slice, tally } of book.slices) {
        const opened = await open(slice);
        opened.tally.merge(tally);
        replaced.set(keyOf(slice), opened);
      }
      const before = models();
      tallies = replaced;
      position = snapshot.sequence;
      revise([...before, ...models()]);
    },
    snapshot() {
      const slices = [...tallies.values()].map(({ slice, tally }) => ({
        slice,
        tally: tally.save(),
      }));
      const book: SavedBook = { format, slices };
      return { sequence: position, text: JSON.stringify(book) };
    },
    of: (model) => [...tallies.values()].filter(({ slice }) => slice.model === model),
    revision: (model) => revisions.get(model) ?? 0,
  };
}

/** Says whether a snapshot holds all that this release counts, and nothing else. */
export function isCurrent(snapshot: Snapshot): boolean {
  return readBook(snapshot).format === format;
}

function readBook({ text }: Snapshot): SavedBook {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `snapshot` wrote
  return JSON.parse(text) as SavedBook;
}

function keyOf({ model, version, scoring, policy, alias }: Slice): string {
  return `${version}\n${scoring}\n${policy}\n${alias}\n${model}`;
}
