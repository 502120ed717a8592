import type { Query } from "./connection.ts";

/** The one row of the table `presage_state`. */
export interface StateRow {
  /** The place of the last event. */
  readonly sequence: number;
  /** How many rows are known. */
  readonly rows: number;
  /** Predictions made before this time are forgotten. */
  readonly forgotten_before: number;
}

/**
 * Reads the state and locks it until the transaction ends, so that transactions
 * that change events come one after the other. So who has seen an event never
 * later finds one before it.
 */
export async function lockState(query: Query): Promise<StateRow> {
  const [state] = await query<StateRow>(
    "SELECT sequence, rows, forgotten_before FROM presage_state FOR UPDATE",
  );
  if (state === undefined) throw new Error("the table of the state is empty");
  return state;
}
