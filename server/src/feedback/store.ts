import type { FeedbackEvent, RowOutcome, RowReport, Slice } from "../core/feedback.ts";

/**
 * Keeps feedback for good, for every server that shares it. Every method rejects
 * with STORE_UNAVAILABLE while it cannot do its work, and does it again as soon
 * as it can; what was promised before then still holds.
 */
export interface FeedbackStore {
  /**
   * Keeps reports, all or none; resolves once they are committed, to one outcome
   * each, in order. Reports of the same row are taken in their order. What a
   * report leaves undefined stays as it was.
   */
  commit(reports: readonly RowReport[]): Promise<readonly RowOutcome[]>;

  /**
   * Reads what came after a place in the order, at most `limit` events, in order.
   * If events after that place were already forgotten, the answer is their sum
   * instead: a snapshot, to go on from.
   */
  readEvents(after: number, limit: number): Promise<EventPage>;

  /** Reads the rows of a model as they are known now, those reported last first. */
  readRows(query: RowQuery): Promise<RowPage>;

  /**
   * Adds to the counts of predicted rows, all or none. One that was rejected may
   * have been added all the same, where the connection broke in between.
   */
  addPredictions(counts: readonly PredictionCount[]): Promise<void>;
  /** Reads the predicted rows of a model by slice, summed up since a time, or of all time. */
  readPredictions(model: string, since?: number): Promise<readonly SliceCount[]>;

  /** Keeps a sketch, instead of the one that the same writer kept for the same hour. */
  putSketch(sketch: StoredSketch): Promise<void>;
  /** Reads the sketches of a version, of every writer, of hours that begin at or after a time. */
  readSketches(model: string, version: string, since: number): Promise<readonly StoredSketch[]>;

  /** Keeps a document unless there is one of that kind and name; resolves to the one that is kept. */
  keepDocument(kind: DocumentKind, name: string, text: string): Promise<string>;
  /** Reads a document. */
  readDocument(kind: DocumentKind, name: string): Promise<string | undefined>;

  /** Reads the sum of events that was saved last, for who would rather not read them all. */
  readSnapshot(): Promise<Snapshot | undefined>;
  /** Keeps the sum of all events up to a place, unless a later one is kept. */
  saveSnapshot(snapshot: Snapshot): Promise<void>;
  /**
   * Forgets rows of predictions made before a time, and of the oldest predictions
   * as many as are too many; no report of a prediction as old as these is taken
   * from then on. Events after the saved snapshot stay until a later one is
   * saved. Counts of predictions and sketches from before `predictedBefore` are
   * summed up and forgotten, too.
   */
  forget(bounds: RetentionBounds): Promise<Forgotten>;

  /** Commits what was given, and closes; then every method rejects. */
  close(): Promise<void>;
}

/** `key`: the key that seals prediction ids. `scoring`: a Scoring by its name. `reference`: what drift is measured against. */
export type DocumentKind = "key" | "scoring" | "reference";

/** Events in order, or the sum of those that are forgotten. */
export type EventPage =
  | { readonly kind: "events"; readonly events: readonly FeedbackEvent[] }
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot };

/** The sum of all events up to a place in their order. */
export interface Snapshot {
  /** The last event that it sums up. */
  readonly sequence: number;
  /** What whoever sums events wrote. */
  readonly text: string;
}

/** Which rows to read. */
export interface RowQuery {
  /** Undefined: every model. */
  readonly model: string | undefined;
  /** Undefined: every version. */
  readonly version: string | undefined;
  /** Only rows reported at or after this time, in milliseconds since 1970. */
  readonly since: number;
  /** Only events before this place in the order: where the page before ended; Infinity begins. */
  readonly before: number;
  /** The most rows of the page. */
  readonly limit: number;
}

/** Rows as they are known now, those reported last first. */
export interface RowPage {
  readonly rows: readonly FeedbackEvent[];
  /** Where the next page goes on; undefined when this is the last. */
  readonly next: number | undefined;
}

/** Rows that were predicted. */
export interface SliceCount {
  readonly slice: Slice;
  readonly rows: number;
}

/** Rows that were predicted in the five minutes from a time. */
export interface PredictionCount extends SliceCount {
  /** In milliseconds since 1970, a multiple of five minutes, and not 0. */
  readonly from: number;
}

/** What one writer saw of a version's inputs and answers in one hour. */
export interface StoredSketch {
  readonly model: string;
  readonly version: string;
  /** When the hour begins, in milliseconds since 1970. */
  readonly from: number;
  /** Names the process that saw it. */
  readonly writer: string;
  readonly text: string;
}

/** What is to be forgotten. */
export interface RetentionBounds {
  /** Rows of predictions made before this time, in milliseconds since 1970. */
  readonly predictedBefore: number;
  /** The most rows that are kept. */
  readonly maxRows: number;
}

/** What was forgotten. */
export interface Forgotten {
  /** The rows, however often each was corrected. */
  readonly rows: number;
}
