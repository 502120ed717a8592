import type { Slice } from "../../core/feedback.ts";
import { createSliceNumbers, type SliceRow } from "../slice-numbers.ts";
import type { Query } from "./connection.ts";

/** The table of slices. */
export interface PostgresSlices {
  /** Gives slices a number that have none. Outside of transactions, as numbers are never taken back. */
  meet(slices: readonly Slice[]): Promise<void>;
  /** The number of a slice that was met. */
  numberOf(slice: Slice): number;
  /** Makes sure that `sliceOf` knows all of some numbers. */
  meetNumbers(numbers: readonly number[]): Promise<void>;
  sliceOf(number: number): Slice;
}

/** Makes the table of slices of a database. */
export function createPostgresSlices(query: Query): PostgresSlices {
  const numbers = createSliceNumbers();
  const readSlices = async (): Promise<void> =>
    numbers.meet(
      await query<SliceRow>(
        "SELECT id, model, version, scoring, policy, alias FROM presage_slices",
      ),
    );

  return {
    async meet(slices) {
      const unmet = numbers.unmet(slices);
      if (unmet.length === 0) return;
      await query(
        `INSERT INTO presage_slices (model, version, scoring, policy, alias)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
         ON CONFLICT DO NOTHING`,
        [
          unmet.map(({ model }) => model),
          unmet.map(({ version }) => version),
          unmet.map(({ scoring }) => scoring),
          unmet.map(({ policy }) => policy),
          unmet.map(({ alias }) => alias),
        ],
      );
      await readSlices();
    },
    numberOf: numbers.numberOf,
    async meetNumbers(wanted) {
      if (wanted.some((number) => numbers.sliceOf(number) === undefined)) await readSlices();
    },
    sliceOf(number) {
      const slice = numbers.sliceOf(number);
      if (slice === undefined) throw new Error(`slice ${number} is missing`);
      return slice;
    },
  };
}
