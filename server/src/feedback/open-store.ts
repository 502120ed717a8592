import { existsSync } from "node:fs";
import { join } from "node:path";
import type { FeedbackStore } from "./store.ts";

/** Which store to open. */
export interface StoreChoice {
  /** The directory of the server's data; SQLite's file is `feedback.db` in it. */
  readonly data: string;
  readonly store: { readonly kind: "sqlite" } | { readonly kind: "postgres"; readonly url: string };
  /** True: rejects if there is no store yet, or if it cannot be reached. @default false */
  readonly mustExist?: boolean;
  /** Is told why a database cannot be reached at first. */
  readonly reportFault?: (fault: unknown) => void;
}

/**
 * Opens the store of feedback, and makes it if there is none. Rejects with an
 * Error that says what to do where waiting does not help. A PostgreSQL that
 * cannot be reached yet is no reason: its methods reject until it can.
 */
export async function openStore({ data, store, ...options }: StoreChoice): Promise<FeedbackStore> {
  // Imported here, as only the one that is chosen should take memory.
  if (store.kind === "postgres") {
    const { createPostgresStore } = await import("./postgres/store.ts");
    return createPostgresStore({ url: store.url, ...options });
  }
  const file = join(data, "feedback.db");
  if (options.mustExist === true && !existsSync(file))
    throw new Error(`there is no feedback in ${data}: give the server's --data, or its --store`);
  const { createSqliteStore } = await import("./sqlite/store.ts");
  return createSqliteStore({ file });
}
