import { readAll, type SqliteConnection } from "./connection.ts";

/** The one row of the table `state`. */
export interface StateRow {
  /** The place of the last event. */
  readonly sequence: number;
  /** How many rows are known. */
  readonly rows: number;
  /** Predictions made before this time are forgotten. */
  readonly forgotten_before: number;
  /** The last event that was forgotten. */
  readonly forgotten_sequence: number;
}

/** Makes a reader of the state. */
export function createStateReader(connection: SqliteConnection): () => StateRow {
  const statement = connection.prepare("SELECT * FROM state");
  return () => {
    const [state] = readAll<StateRow>(statement, {});
    if (state === undefined) throw new Error("the table of the state is empty");
    return state;
  };
}
