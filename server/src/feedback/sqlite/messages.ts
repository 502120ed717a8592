import type { SqliteDatabase } from "./database.ts";

/** What a worker can be asked to do: each method of a database. */
export type SqliteMethod = keyof SqliteDatabase;

/** Asks a worker for something. */
export interface SqliteRequest {
  readonly id: number;
  readonly method: SqliteMethod;
  readonly values: readonly unknown[];
}

/** What became of a request. */
export type SqliteAnswer =
  | { readonly id: number; readonly kind: "done"; readonly value: unknown }
  | { readonly id: number; readonly kind: "failed"; readonly error: Error };
