import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../../../test/support/memory-store.ts";
import {
  askQuality,
  everything,
  now,
  outline,
  predicted,
  storeOf,
} from "../../../test/support/quality-reports.ts";
import { exampleScorings, scoredReport } from "../../../test/support/scored-reports.ts";
import type { QualityQuery } from "./quality-query.ts";
import { createTracker } from "./tracker.ts";

/** Rows of two versions, by two policies, some by an alias. */
const mixed = [
  scoredReport(1),
  scoredReport(2, { slice: { alias: "canary", policy: "requested" } }),
  scoredReport(3, { slice: { version: "10" } }),
  scoredReport(4, { slice: { version: "2", alias: "canary" } }),
  scoredReport(5, { slice: { version: "2", alias: "canary" }, truth: 0 }),
  scoredReport(6, { slice: { model: "other" } }),
];

const binaryVersion = (version: string) => ({ model: "m", version, scoring: "binary" });

describe("reportQuality()", () => {
  const groupings: [string, Partial<QualityQuery>, unknown[][]][] = [
    ["the model as a whole", { groupBy: [] }, [["", "", "", "binary", 5]]],
    [
      "versions, in the order of their numbers",
      {},
      [
        ["1", "", "", "binary", 2],
        ["2", "", "", "binary", 2],
        ["10", "", "", "binary", 1],
      ],
    ],
    [
      "aliases",
      { groupBy: ["alias"] },
      [
        ["", "", "", "binary", 2],
        ["", "canary", "", "binary", 3],
      ],
    ],
    [
      "policies and versions",
      { groupBy: ["policy", "version"] },
      [
        ["1", "", "requested", "binary", 1],
        ["1", "", "stable", "binary", 1],
        ["2", "", "stable", "binary", 2],
        ["10", "", "stable", "binary", 1],
      ],
    ],
    ["one version", { version: "2" }, [["2", "", "", "binary", 2]]],
    [
      "one alias",
      { alias: "canary" },
      [
        ["1", "", "", "binary", 1],
        ["2", "", "", "binary", 2],
      ],
    ],
    ["calls without an alias", { alias: "", groupBy: [] }, [["", "", "", "binary", 2]]],
    ["one policy", { policy: "requested" }, [["1", "", "", "binary", 1]]],
    ["a model without feedback", { model: "none" }, []],
  ];
  it.each(groupings)("tells apart %s", async (_, query, expected) => {
    const store = await storeOf(...mixed);
    expect((await askQuality(store, query)).map(outline)).toEqual(expected);
    const last = { ...query, window: { kind: "lastRows", rows: 100 } } as const;
    expect((await askQuality(store, last)).map(outline)).toEqual(expected);
    const recent = { ...query, window: { kind: "lastMs", ms: now } } as const;
    expect((await askQuality(store, recent)).map(outline)).toEqual(expected);
  });

  it("keeps versions apart that are scored otherwise", async () => {
    const store = await storeOf(
      scoredReport(1),
      scoredReport(2, { slice: { version: "2", scoring: "regression" }, answer: 7, truth: 8 }),
    );
    const groups = await askQuality(store, { groupBy: [] });
    expect(groups.map(outline)).toEqual([
      ["", "", "", "binary", 1],
      ["", "", "", "regression", 1],
    ]);
    expect(groups[1]?.quality.answers).toMatchObject({ errors: { bias: -1 } });
  });

  describe("with versions to show", () => {
    const known = [
      { model: "m", version: "1", scoring: "binary" },
      { model: "m", version: "3", scoring: "multiclass" },
      { model: "other", version: "9", scoring: "binary" },
    ];

    it("shows those without feedback, with zeros", async () => {
      const groups = await askQuality(createMemoryStore(), { known });
      expect(groups.map(outline)).toEqual([
        ["1", "", "", "binary", 0],
        ["3", "", "", "multiclass", 0],
      ]);
      expect(groups[0]).toMatchObject({ predictions: 0, coverage: 0 });
      expect(groups[0]?.quality.answers).toMatchObject({ confusion: { accuracy: 0, f1Score: 0 } });
    });

    const cases: [string, Partial<QualityQuery>, unknown[][]][] = [
      [
        "each once, beside those with feedback",
        {},
        [
          ["1", "", "", "binary", 2],
          ["2", "", "", "binary", 2],
          ["3", "", "", "multiclass", 0],
          ["10", "", "", "binary", 1],
        ],
      ],
      [
        "none twice where versions are not told apart",
        { groupBy: ["alias"] },
        [
          ["", "", "", "binary", 2],
          ["", "", "", "multiclass", 0],
          ["", "canary", "", "binary", 3],
        ],
      ],
      ["only the one that is asked for", { version: "3" }, [["3", "", "", "multiclass", 0]]],
      [
        "none that has feedback by other names only",
        { version: "2", groupBy: ["version", "alias"], known: [binaryVersion("2")] },
        [["2", "canary", "", "binary", 2]],
      ],
      [
        "none that the whole model's group stands for",
        { policy: "requested", groupBy: ["alias"], known: [binaryVersion("5")] },
        [["", "canary", "", "binary", 1]],
      ],
      [
        "them under the alias and policy that are asked for",
        { version: "3", alias: "canary", policy: "stable", groupBy: ["alias", "policy"] },
        [["", "canary", "stable", "multiclass", 0]],
      ],
    ];
    it.each(cases)("shows %s", async (_, query, expected) => {
      const store = await storeOf(...mixed);
      expect((await askQuality(store, { known, ...query })).map(outline)).toEqual(expected);
    });
  });

  describe("with predictions", () => {
    it("sums them by group, and shows groups that have nothing else", async () => {
      const store = await storeOf(scoredReport(1), scoredReport(2, { slice: { alias: "canary" } }));
      await store.addPredictions([
        predicted({}, 2),
        predicted({ alias: "canary" }, 6),
        predicted({ version: "2", scoring: "multiclass" }, 5),
        predicted({ model: "other" }, 9),
      ]);
      const groups = await askQuality(store);
      expect(groups.map(({ predictions, coverage }) => [predictions, coverage])).toEqual([
        [8, 0.25],
        [5, 0],
      ]);
    });

    it("never covers more than all of them", async () => {
      const store = await storeOf(scoredReport(1), scoredReport(2));
      await store.addPredictions([predicted({}, 1)]);
      expect((await askQuality(store))[0]).toMatchObject({ predictions: 1, coverage: 1 });
    });
  });

  it("says when that was", async () => {
    const tracker = createTracker({
      store: createMemoryStore(),
      scorings: exampleScorings,
      clock: { now: () => now },
    });
    expect(await tracker.metrics(everything)).toEqual({ time: now, groups: [] });
  });

  it("rejects while a scoring cannot be read", async () => {
    const store = createMemoryStore();
    await store.addPredictions([predicted({ scoring: "unknown" }, 1)]);
    await expect(askQuality(store)).rejects.toMatchObject({ reason: "STORE_UNAVAILABLE" });
  });
});
