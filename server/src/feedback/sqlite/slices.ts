import type { Slice } from "../../core/feedback.ts";
import { createSliceNumbers, type SliceRow } from "../slice-numbers.ts";
import { readAll, type SqliteConnection } from "./connection.ts";

/** The table of slices. */
export interface SqliteSlices {
  /** Gives slices a number that have none. Outside of transactions, as numbers are never taken back. */
  meet(slices: readonly Slice[]): void;
  /** The number of a slice that was met. */
  numberOf(slice: Slice): number;
  sliceOf(number: number): Slice;
}

/** Makes the table of slices of a database. */
export function createSqliteSlices(connection: SqliteConnection): SqliteSlices {
  const numbers = createSliceNumbers();
  const insert = connection.prepare(
    `INSERT INTO slices (model, version, scoring, policy, alias) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  const select = connection.prepare(
    "SELECT id, model, version, scoring, policy, alias FROM slices",
  );
  const readSlices = (): void => numbers.meet(readAll<SliceRow>(select, {}));

  return {
    meet(slices) {
      const unmet = numbers.unmet(slices);
      if (unmet.length === 0) return;
      connection.transact(() => {
        for (const { model, version, scoring, policy, alias } of unmet)
          insert.run(model, version, scoring, policy, alias);
      });
      readSlices();
    },
    numberOf: numbers.numberOf,
    sliceOf(number) {
      if (numbers.sliceOf(number) === undefined) readSlices();
      const slice = numbers.sliceOf(number);
      if (slice === undefined) throw new Error(`slice ${number} is missing`);
      return slice;
    },
  };
}
