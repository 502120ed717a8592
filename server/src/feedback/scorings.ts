import { createHash } from "node:crypto";
import { ServingError } from "../core/errors.ts";
import type { Scoring } from "../core/scoring.ts";
import type { FeedbackStore } from "./store.ts";

/**
 * How the answers of every version are compared with the truth, also of versions
 * that are gone: a prediction's id names its scoring, and the store keeps it.
 */
export interface Scorings {
  /** Names a scoring, after what it says: 16 hexadecimal digits. The store is told at once, if it is there. */
  name(scoring: Scoring): string;
  /** Tells the store every scoring that was named; to be called until it does not reject any more. */
  keepAll(): Promise<void>;
  /**
   * Resolves to the scoring of a name, once the store keeps it, so that no
   * feedback is kept without. Rejects with STORE_UNAVAILABLE.
   */
  find(name: string): Promise<Scoring>;
}

const nameLength = 16;

/** Makes the scorings of a store. */
export function createScorings(
  store: Pick<FeedbackStore, "keepDocument" | "readDocument">,
): Scorings {
  const named = new Map<string, Scoring>();
  const kept = new Map<string, Promise<Scoring>>();

  const keep = async (name: string): Promise<Scoring> => {
    const scoring = named.get(name);
    if (scoring !== undefined) {
      await store.keepDocument("scoring", name, JSON.stringify(scoring));
      return scoring;
    }
    const text = await store.readDocument("scoring", name);
    if (text === undefined) {
      throw new ServingError(
        "STORE_UNAVAILABLE",
        "the server that made the prediction has not told the store how it is scored yet",
        { retryAfterMs: 1000 },
      );
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `name` wrote
    return JSON.parse(text) as Scoring;
  };

  const find = (name: string): Promise<Scoring> => {
    let found = kept.get(name);
    if (found === undefined) {
      found = keep(name);
      kept.set(name, found);
      found.catch(() => kept.delete(name));
    }
    return found;
  };

  return {
    name(scoring) {
      const text = JSON.stringify(scoring);
      const name = createHash("sha256").update(text).digest("hex").slice(0, nameLength);
      if (!named.has(name)) {
        named.set(name, scoring);
        // What fails here is done again by `keepAll`.
        find(name).catch(() => {});
      }
      return name;
    },
    async keepAll() {
      for (const name of named.keys()) await find(name);
    },
    find,
  };
}
