import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../../../test/support/memory-store.ts";
import { binaryScoring, multiclassScoring } from "../../../test/support/scorings.ts";
import { ServingError } from "../core/errors.ts";
import { createScorings } from "./scorings.ts";

describe("createScorings()", () => {
  it("names equal scorings equally, and others otherwise", () => {
    const scorings = createScorings(createMemoryStore());
    const name = scorings.name(binaryScoring);
    expect(name).toMatch(/^[\da-f]{16}$/);
    expect(scorings.name({ ...binaryScoring })).toBe(name);
    expect(scorings.name({ ...binaryScoring, positive: 0 })).not.toBe(name);
    expect(scorings.name(multiclassScoring)).not.toBe(name);
  });

  it("finds in the store what another process named", async () => {
    const store = createMemoryStore();
    const named = createScorings(store);
    const name = named.name(binaryScoring);
    await named.keepAll();
    expect(await createScorings(store).find(name)).toEqual(binaryScoring);
  });

  it("tells the store again what it did not take", async () => {
    const store = createMemoryStore();
    const away = new ServingError("STORE_UNAVAILABLE", "away");
    let isAway = true;
    const scorings = createScorings({
      ...store,
      keepDocument: async (...document) => {
        if (isAway) throw away;
        return store.keepDocument(...document);
      },
    });
    const name = scorings.name(binaryScoring);
    await expect(scorings.keepAll()).rejects.toBe(away);
    await expect(scorings.find(name)).rejects.toBe(away);
    expect(await store.readDocument("scoring", name)).toBeUndefined();
    isAway = false;
    await scorings.keepAll();
    expect(await store.readDocument("scoring", name)).toBe(JSON.stringify(binaryScoring));
  });

  it("knows nothing of a name that nobody told", async () => {
    await expect(
      createScorings(createMemoryStore()).find("0123456789abcdef"),
    ).rejects.toMatchObject({ reason: "STORE_UNAVAILABLE", retryAfterMs: 1000 });
  });
});
