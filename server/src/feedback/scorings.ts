import { createHash } from "node:crypto";
import { ServingError } from "../core/errors.ts";
import type { Scoring } from "../core/scoring.ts";
import type { FeedbackStore } from "./store.ts";

/**
 * How the answers of every version are compared with the truth, also of versions
 * that are gone: a prediction's id names its scoring, and the store keeps it.
 */
export interface Scorings {
  /** Names a scoring, after what it says: 16 hexadecimal digits. */
  name(scoring: Scoring): string;
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

  return {
    name(scoring) {
      const text = JSON.stringify(scoring);
      const name = createHash("sha256").update(text).digest("hex").slice(0, nameLength);
      named.set(name, scoring);
      return name;
    },
    find(name) {
      let found = kept.get(name);
      if (found === undefined) {
        found = keep(name);
        kept.set(name, found);
        found.catch(() => kept.delete(name));
      }
      return found;
    },
  };
}
