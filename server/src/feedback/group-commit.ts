import type { RowOutcome, RowReport } from "../core/feedback.ts";
import { storeUnavailable } from "./unavailable.ts";

/** Writes reports in one transaction, all or none; resolves to one outcome each, in order. */
export type WriteReports = (reports: readonly RowReport[]) => Promise<readonly RowOutcome[]>;

/** How many rows go together, and how many may wait. */
export interface GroupLimits {
  /** The most rows of one transaction; a call with more has one of its own. @default 1024 */
  readonly batchRows?: number;
  /** The most rows that wait for their transaction. @default 16384 */
  readonly waitingRows?: number;
}

/** Commits what many callers give in few transactions. */
export interface GroupCommit {
  /**
   * Resolves once the reports are committed. Rejects with STORE_UNAVAILABLE if
   * they could not be, and at once while too many wait.
   */
  readonly commit: WriteReports;
  /** Takes nothing more, and resolves once what was given is committed or has failed. */
  close(): Promise<void>;
}

interface Caller {
  readonly reports: readonly RowReport[];
  readonly resolve: (outcomes: readonly RowOutcome[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes a group commit: while one transaction is written, the reports for the
 * next gather. So the wait for the disk is shared, and a single report waits for
 * nobody. The calls of one caller are never parted.
 */
export function createGroupCommit(
  write: WriteReports,
  { batchRows = 1024, waitingRows: mayWait = 16_384 }: GroupLimits = {},
): GroupCommit {
  const waiting: Caller[] = [];
  let waitingRows = 0;
  let running: Promise<void> | undefined;
  let closed = false;

  const takeBatch = (): Caller[] => {
    let rows = 0;
    const end = waiting.findIndex(({ reports }, index) => {
      rows += reports.length;
      return index > 0 && rows > batchRows;
    });
    const batch = waiting.splice(0, end === -1 ? waiting.length : end);
    for (const { reports } of batch) waitingRows -= reports.length;
    return batch;
  };

  const writeBatch = async (batch: readonly Caller[]): Promise<void> => {
    try {
      const outcomes = await write(batch.flatMap(({ reports }) => reports));
      let place = 0;
      for (const { reports, resolve } of batch)
        resolve(outcomes.slice(place, (place += reports.length)));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  const run = async (): Promise<void> => {
    // What is reported in the same breath goes together.
    await Promise.resolve();
    while (waiting.length > 0) await writeBatch(takeBatch());
    running = undefined;
  };

  return {
    async commit(reports) {
      if (reports.length === 0) return [];
      if (closed) throw storeUnavailable("is closed");
      if (waitingRows > 0 && waitingRows + reports.length > mayWait)
        throw storeUnavailable("is not as fast as feedback comes");
      return new Promise((resolve, reject) => {
        waiting.push({ reports, resolve, reject });
        waitingRows += reports.length;
        running ??= run();
      });
    },
    async close() {
      closed = true;
      await running;
    },
  };
}
