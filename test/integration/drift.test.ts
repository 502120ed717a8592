import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createDriftObserver } from "../../server/src/quality/drift/observer.ts";
import { defaultDriftOptions } from "../../server/src/quality/drift/options.ts";
import type { DriftReport } from "../../server/src/quality/drift/report.ts";
import { referenceOf, seededRandom, tableFeeds, tableSignature } from "../support/drift.ts";
import { createMemoryStore } from "../support/memory-store.ts";
import { repositoryPath } from "../support/model-directory.ts";

type Row = readonly number[];

const text = readFileSync(repositoryPath("test/data/drift/breast-cancer.csv"), "utf8");
const [header = [], ...lines] = text
  .trim()
  .split("\n")
  .map((line) => line.split(","));
const table = lines.map((line) => line.map(Number));
const signature = tableSignature(header);
const seeds = Array.from({ length: 100 }, (_, seed) => seed);

/** Deals the rows into two halves, by chance. */
function deal(seed: number): { readonly reference: readonly Row[]; readonly live: readonly Row[] } {
  const random = seededRandom(seed);
  const dealt = table
    .map((row) => ({ row, place: random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ row }) => row);
  const half = dealt.length >> 1;
  return { reference: dealt.slice(0, half), live: dealt.slice(half) };
}

/** What is told of live rows, one call each, where the other rows are the reference. */
function compare(reference: readonly Row[], live: readonly Row[]): Promise<DriftReport> {
  const observer = createDriftObserver({
    model: "breast-cancer",
    version: "1",
    signature,
    options: defaultDriftOptions,
    reference: referenceOf(signature, tableFeeds(reference)),
    store: createMemoryStore(),
    clock: { now: () => 0 },
    writer: "one",
    reportFault: (fault) => {
      throw fault;
    },
  });
  for (const row of live) observer.observe(tableFeeds([row]), []);
  return observer.report(0);
}

const flagged = ({ features }: DriftReport): readonly string[] =>
  features.filter(({ drifted }) => drifted).map(({ name }) => name);

describe("drift of the breast-cancer table", () => {
  it("is never found between two halves of it, dealt a hundred times", async () => {
    for (const seed of seeds) {
      const { reference, live } = deal(seed);
      const report = await compare(reference, live);
      expect([report.rows, report.drifted, flagged(report)]).toEqual([285, false, []]);
    }
  });

  it.each(["mean_radius", "mean_texture", "area_error", "worst_smoothness"])(
    "is found each time in %s, and there only, once it is half as great again",
    async (name) => {
      const column = header.indexOf(name);
      for (const seed of seeds) {
        const { reference, live } = deal(seed);
        const moved = live.map((row) => row.with(column, 1.5 * (row[column] ?? 0)));
        expect(flagged(await compare(reference, moved))).toEqual([name]);
      }
    },
  );
});
