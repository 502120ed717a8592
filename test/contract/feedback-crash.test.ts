import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openStore } from "../../server/src/feedback/open-store.ts";
import type { FeedbackStore } from "../../server/src/feedback/store.ts";
import { reportOf } from "../support/feedback.ts";
import { countRows, openChoice, runWriter } from "../support/feedback-crash.ts";
import { startPostgres } from "../support/postgres.ts";

const rounds = 5;
const writers = 4;
/** More than any writer comes to. */
const numbersOfWriter = 1_000_000;
/** What a writer may have given beyond what was acknowledged last. */
const underWay = 100;

describe("kill -9", () => {
  it("loses nothing that was acknowledged, in SQLite", { timeout: 120_000 }, async () => {
    await using place = createDirectory();
    await expectNothingLost(place.path);
  });

  it("loses nothing that was acknowledged, in PostgreSQL", { timeout: 120_000 }, async () => {
    await using server = await startPostgres();
    await expectNothingLost(await server.createDatabase());
  });
});

describe("a full disk", () => {
  it("loses nothing that was acknowledged, in SQLite", async () => {
    await using place = createDirectory();
    const { acknowledged, errors } = await runWriter({ place: place.path, first: 0, fileKiB: 512 });
    expect(errors).toContain("STORE_UNAVAILABLE");
    expect(acknowledged.length).toBeGreaterThan(0);
    await using left = new AsyncDisposableStack();
    const store = await openIn(place.path, left);
    const counts = await countRows(store);
    expect(acknowledged.filter((number) => counts.get(number) !== 1)).toEqual([]);
    expect(await store.commit([reportOf(numbersOfWriter, { truth: 1 })])).toEqual(["recorded"]);
  });
});

/** Kills writers of one place, four at a time, each at a moment of its own; then all is reported again. */
async function expectNothingLost(target: string): Promise<void> {
  const moments = fc.sample(fc.integer({ min: 1, max: 600 }), rounds * writers);
  const acknowledged: number[] = [];
  await using left = new AsyncDisposableStack();
  let store: FeedbackStore | undefined;
  for (let round = 0; round < rounds; round += 1) {
    const written = await Promise.all(
      Array.from({ length: writers }, (_, index) => {
        const kill = round * writers + index;
        return runWriter({
          place: target,
          first: kill * numbersOfWriter,
          killAfter: moments[kill] ?? 1,
        });
      }),
    );
    store ??= await openIn(target, left);
    for (const [index, { acknowledged: numbers, errors }] of written.entries()) {
      expect(errors).toBe("");
      acknowledged.push(...numbers);
      const first = (round * writers + index) * numbersOfWriter;
      const end = Math.max(first, ...numbers) + underWay;
      const again = Array.from({ length: end - first }, (_, offset) => first + offset);
      const outcomes = await store.commit(again.map((number) => reportOf(number, { truth: 1 })));
      const known = new Set(again.filter((_, place) => outcomes[place] === "unchanged"));
      expect(numbers.filter((number) => !known.has(number))).toEqual([]);
    }
  }
  const counts = store === undefined ? new Map<number, number>() : await countRows(store);
  expect(acknowledged.length).toBeGreaterThanOrEqual(rounds * writers);
  expect(acknowledged.filter((number) => !counts.has(number))).toEqual([]);
  expect([...counts].filter(([, count]) => count !== 1)).toEqual([]);
}

async function openIn(place: string, left: AsyncDisposableStack): Promise<FeedbackStore> {
  const store = await openStore(openChoice(place));
  left.defer(() => store.close());
  return store;
}

function createDirectory(): AsyncDisposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "presage-crash-"));
  return { path, [Symbol.asyncDispose]: async () => rmSync(path, { recursive: true }) };
}
