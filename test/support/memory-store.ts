import type { FeedbackEvent, RowReport, Slice } from "../../server/src/core/feedback.ts";
import { settleReports } from "../../server/src/feedback/settle.ts";
import type {
  EventPage,
  FeedbackStore,
  PredictionCount,
  RowQuery,
  Snapshot,
  StoredSketch,
} from "../../server/src/feedback/store.ts";

/** Keeps feedback in memory: the plain model of what every store does. */
export function createMemoryStore(): FeedbackStore {
  let events: FeedbackEvent[] = [];
  let sequence = 0;
  let forgottenBefore = 0;
  /** The last event that was forgotten. */
  let forgotten = 0;
  let snapshot: Snapshot | undefined;
  let predictions: readonly PredictionCount[] = [];
  let sketches: readonly StoredSketch[] = [];
  const documents = new Map<string, string>();

  /** The last event of each row. */
  const known = (): Map<string, FeedbackEvent> =>
    new Map(events.map((event) => [keyOf(event), event]));

  return {
    async commit(reports) {
      const rows = known();
      const settled = settleReports(reports, { sequence, forgottenBefore }, (report) =>
        rows.get(keyOf(report)),
      );
      for (const { superseded: _, ...event } of settled.events) events.push(event);
      sequence = events.at(-1)?.sequence ?? sequence;
      return settled.outcomes;
    },
    async readEvents(after, limit): Promise<EventPage> {
      if (after < forgotten && snapshot !== undefined) return { kind: "snapshot", snapshot };
      const found = events.filter((event) => event.sequence > after);
      return { kind: "events", events: found.slice(0, limit) };
    },
    async readRows(query) {
      const found = [...known().values()]
        .filter((row) => isAsked(row, query))
        .toSorted((a, b) => b.sequence - a.sequence);
      const rows = found.slice(0, query.limit);
      const next = rows.length < found.length ? rows.at(-1)?.sequence : undefined;
      return { rows, next };
    },
    async addPredictions(counts) {
      predictions = [...predictions, ...counts];
    },
    async readPredictions(model, since = 0) {
      const sums = new Map<string, { readonly slice: Slice; readonly rows: number }>();
      for (const { slice, rows, from } of predictions) {
        if (slice.model !== model || from < since) continue;
        const key = JSON.stringify(slice);
        sums.set(key, { slice, rows: rows + (sums.get(key)?.rows ?? 0) });
      }
      return [...sums.values()];
    },
    async putSketch(sketch) {
      sketches = [...sketches.filter((each) => !isSameSketch(each, sketch)), sketch];
    },
    async readSketches(model, version, since) {
      return sketches.filter(
        (each) => each.model === model && each.version === version && each.from >= since,
      );
    },
    async keepDocument(kind, name, text) {
      const key = `${kind} ${name}`;
      const kept = documents.get(key) ?? text;
      documents.set(key, kept);
      return kept;
    },
    async readDocument(kind, name) {
      return documents.get(`${kind} ${name}`);
    },
    async readSnapshot() {
      return snapshot;
    },
    async saveSnapshot(saved) {
      if (saved.sequence >= (snapshot?.sequence ?? 0)) snapshot = saved;
    },
    async forget({ predictedBefore, maxRows }) {
      const summed = snapshot?.sequence ?? 0;
      const rows = [...known().values()].toSorted((a, b) => b.predictedAt - a.predictedAt);
      const doomed = rows.filter(
        (row, index) => row.predictedAt < predictedBefore || index >= maxRows,
      );
      const gone = doomed.filter((row) => row.sequence <= summed);
      const keys = new Set(gone.map(keyOf));
      forgotten = Math.max(forgotten, ...gone.map((row) => row.sequence));
      forgottenBefore = Math.max(
        forgottenBefore,
        predictedBefore,
        ...doomed.map((row) => row.predictedAt + 1),
      );
      events = events.filter((event) => !keys.has(keyOf(event)));
      predictions = predictions.map((count) =>
        count.from < predictedBefore ? { ...count, from: 0 } : count,
      );
      sketches = sketches.filter(({ from }) => from >= predictedBefore);
      return { rows: gone.length };
    },
    async close() {},
  };
}

function keyOf({ prediction, row }: Pick<RowReport, "prediction" | "row">): string {
  return `${row} ${Buffer.from(prediction).toString("hex")}`;
}

function isAsked({ slice, reportedAt, sequence }: FeedbackEvent, query: RowQuery): boolean {
  return (
    (query.model ?? slice.model) === slice.model &&
    (query.version ?? slice.version) === slice.version &&
    reportedAt >= query.since &&
    sequence < query.before
  );
}

function isSameSketch(a: StoredSketch, b: StoredSketch): boolean {
  return (
    a.model === b.model && a.version === b.version && a.from === b.from && a.writer === b.writer
  );
}
