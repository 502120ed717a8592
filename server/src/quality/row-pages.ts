import { setImmediate } from "node:timers/promises";
import type { FeedbackEvent } from "../core/feedback.ts";
import type { FeedbackStore, RowQuery } from "../feedback/store.ts";

/** Which rows to go through. */
export type RowSelection = Pick<RowQuery, "model" | "version" | "since">;

/** So few that counting them holds up no call for long. */
const rowsOfPage = 1000;

/**
 * Goes through rows as they are known now, those reported last first, a page at
 * a time; between pages the event loop gets its turn. A row that is corrected
 * meanwhile may be passed over.
 */
export async function* readRowPages(
  store: Pick<FeedbackStore, "readRows">,
  selection: RowSelection,
): AsyncGenerator<readonly FeedbackEvent[]> {
  let before: number | undefined = Number.POSITIVE_INFINITY;
  while (before !== undefined) {
    const page = await store.readRows({ ...selection, before, limit: rowsOfPage });
    yield page.rows;
    before = page.next;
    if (before !== undefined) await setImmediate();
  }
}
