import { describe, expect, it } from "vitest";
import {
  referenceOf,
  seededRandom,
  tableFeeds,
  tableSignature,
} from "../../../../test/support/drift.ts";
import { createMemoryStore } from "../../../../test/support/memory-store.ts";
import { signatureOf, spec } from "../../../../test/support/signatures.ts";
import { ServingError } from "../../core/errors.ts";
import { createDriftObserver, type DriftObserver, type DriftObserverParts } from "./observer.ts";
import { defaultDriftOptions, hourMs } from "./options.ts";

const signature = tableSignature(["a", "b"]);
const grades = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
/** A row for each grade; `b` is always ten times `a`. */
const rows = grades.map((grade) => [grade, 10 * grade]);
const reference = referenceOf(signature, ...grades.map(() => tableFeeds(rows)));
const noon = 12 * hourMs;

interface Bench {
  readonly observer: DriftObserver;
  readonly faults: unknown[];
  now: number;
}

function bench(parts: Partial<DriftObserverParts> = {}): Bench {
  const made = { faults: [] as unknown[], now: noon };
  const observer = createDriftObserver({
    model: "m",
    version: "1",
    signature,
    options: defaultDriftOptions,
    reference,
    store: createMemoryStore(),
    clock: { now: () => made.now },
    writer: "one",
    reportFault: (fault) => void made.faults.push(fault),
    random: seededRandom(1),
    ...parts,
  });
  return Object.assign(made, { observer });
}

/** Observes a call of ten rows so many times. */
function observe({ observer }: Bench, times: number, table = rows): void {
  for (let call = 0; call < times; call += 1) observer.observe(tableFeeds(table), []);
}

const doubled = rows.map(([a = 0, b = 0]) => [2 * a, b]);

describe("report()", () => {
  it("compares what was observed with the reference of a file", async () => {
    const made = bench();
    observe(made, 20, doubled);
    const { features, ...report } = await made.observer.report(made.now);
    expect(report).toEqual({
      reference: "file",
      referenceRows: 100,
      rows: 200,
      unseenRows: 0,
      drifted: true,
      outputs: [],
    });
    expect(features.map(({ name, ks, drifted }) => [name, ks, drifted])).toEqual([
      ["a", 0.5, true],
      ["b", 0, false],
    ]);
  });

  it("flags nothing of too few rows, and knows nothing of none", async () => {
    const made = bench();
    const [none] = (await made.observer.report(noon)).features;
    expect([none?.ks, none?.drifted]).toEqual([undefined, false]);
    observe(made, 9, doubled);
    const [few] = (await made.observer.report(noon)).features;
    expect([few?.ks, few?.drifted]).toEqual([0.5, false]);
  });

  const shares: [significance: number, drifted: boolean][] = [
    [0.05, false],
    [0.1, true],
  ];
  it.each(shares)(
    "shares the significance %d out among two columns",
    async (significance, drifted) => {
      const made = bench({ options: { ...defaultDriftOptions, psi: 0, significance } });
      observe(
        made,
        10,
        rows.map(([a = 0, b = 0]) => [Math.max(a, 3), b]),
      );
      const report = await made.observer.report(noon);
      expect(report.features[0]?.pValue).toBeCloseTo(0.0366, 4);
      expect(report.drifted).toBe(drifted);
    },
  );

  it("takes the hours of the window, and leaves out those before", async () => {
    const made = bench();
    observe(made, 1);
    made.now = noon + 23 * hourMs;
    observe(made, 2);
    expect((await made.observer.report(made.now)).rows).toBe(30);
    expect((await made.observer.report(made.now + hourMs)).rows).toBe(20);
  });

  it("adds up what every process saw, flushed or not, and those that are gone", async () => {
    const store = createMemoryStore();
    const [one, two] = [bench({ store }), bench({ store, writer: "two" })];
    observe(one, 1);
    await one.observer.flush();
    observe(one, 1);
    observe(two, 3);
    await two.observer.flush();
    const three = bench({ store, writer: "three" });
    const seen = [one, two, three].map(async ({ observer }) => (await observer.report(noon)).rows);
    expect(await Promise.all(seen)).toEqual([50, 40, 40]);
  });

  it("leaves out sketches by another reference", async () => {
    const store = createMemoryStore();
    const [one, two] = [
      bench({ store, reference: referenceOf(signature, tableFeeds(rows)) }),
      bench({ store, writer: "two" }),
    ];
    observe(one, 1);
    await one.observer.flush();
    expect((await two.observer.report(noon)).rows).toBe(0);
  });

  it("tells how many rows were not looked at", async () => {
    const made = bench({ rowsPerSecond: 100 });
    for (let call = 0; call < 1000; call += 1) {
      made.now = noon + 10 * call;
      observe(made, 5);
    }
    const { rows: seen, unseenRows } = await made.observer.report(made.now);
    expect(seen).toBeGreaterThan(1000);
    expect(seen).toBeLessThan(2000);
    expect(seen + unseenRows).toBeGreaterThan(49_000);
  });

  it("watches answers, too, and passes over those that were not asked for", async () => {
    const answering = signatureOf({
      inputs: [spec("image", "FP32", "N", 8)],
      outputs: [spec("y", "FP32", "N", 1), spec("z", "FP32", "N", 1)],
    });
    const options = { ...defaultDriftOptions, referenceRows: 2 };
    const made = bench({ signature: answering, reference: undefined, options });
    const image = {
      name: "image",
      dataType: "FP32",
      shape: [2, 8],
      data: new Float32Array(16),
    } as const;
    const answer = {
      name: "z",
      dataType: "FP32",
      shape: [2, 1],
      data: Float32Array.of(1, 2),
    } as const;
    const call = (): void => made.observer.observe({ rowCount: 2, tensors: [image] }, [answer]);
    call();
    await made.observer.flush();
    call();
    const { features, outputs } = await made.observer.report(noon);
    expect(features).toEqual([]);
    expect(outputs.map(({ name, ks }) => [name, ks])).toEqual([
      ["y", undefined],
      ["z", 0],
    ]);
  });

  it("has nothing to tell of a model without single values", async () => {
    const images = signatureOf({ inputs: [spec("image", "FP32", "N", 8)] });
    const made = bench({ signature: images, reference: undefined });
    observe(made, 1);
    await made.observer.flush();
    expect(await made.observer.report(noon)).toMatchObject({ reference: "none", features: [] });
  });
});

describe("the first rows", () => {
  const options = { ...defaultDriftOptions, referenceRows: 25 };

  it("make the reference where there is no file", async () => {
    const made = bench({ reference: undefined, options });
    observe(made, 2);
    expect(await made.observer.report(noon)).toMatchObject({
      reference: "none",
      referenceRows: 0,
      rows: 0,
      features: [{ name: "a", psi: undefined }, { name: "b" }],
    });
    observe(made, 1);
    expect(await made.observer.report(noon)).toMatchObject({
      reference: "first-rows",
      referenceRows: 25,
      rows: 0,
    });
    observe(made, 1);
    expect((await made.observer.report(noon)).rows).toBe(10);
  });

  it("are those of the process that had them first, for every process", async () => {
    const store = createMemoryStore();
    const [one, two, three] = ["one", "two", "three"].map((writer) =>
      bench({ reference: undefined, options, store, writer }),
    ) as [Bench, Bench, Bench];
    observe(one, 3);
    observe(two, 3, doubled);
    observe(three, 1, doubled);
    for (const { observer } of [one, two, three]) await observer.flush();
    for (const made of [one, two, three]) {
      observe(made, 1);
      await made.observer.flush();
    }
    for (const { observer, faults } of [one, two, three]) {
      const { rows: seen, referenceRows, features } = await observer.report(noon);
      expect([seen, referenceRows, features[0]?.ks]).toEqual([30, 25, expect.closeTo(0.1, 10)]);
      expect(faults).toEqual([]);
    }
  });

  it("hold for the same columns only", async () => {
    const store = createMemoryStore();
    const one = bench({ reference: undefined, options, store });
    observe(one, 3);
    await one.observer.flush();
    const other = tableSignature(["a", "c"]);
    const two = bench({ reference: undefined, options, store, signature: other, writer: "two" });
    expect((await two.observer.report(noon)).reference).toBe("none");
  });
});

describe("flush()", () => {
  it("keeps one sketch an hour, and nothing again that has not changed", async () => {
    let puts = 0;
    const memory = createMemoryStore();
    const store = {
      ...memory,
      putSketch: (sketch: Parameters<typeof memory.putSketch>[0]) => {
        puts += 1;
        return memory.putSketch(sketch);
      },
    };
    const made = bench({ store });
    await made.observer.flush();
    observe(made, 1);
    await made.observer.flush();
    await made.observer.flush();
    observe(made, 1);
    await made.observer.flush();
    made.now += hourMs;
    observe(made, 1);
    await made.observer.flush();
    expect(puts).toBe(3);
    const kept = await memory.readSketches("m", "1", 0);
    expect(kept.map(({ model, version, from, writer }) => [model, version, from, writer])).toEqual([
      ["m", "1", noon, "one"],
      ["m", "1", noon + hourMs, "one"],
    ]);
  });

  it("reports what the store could not do, and does it with the next", async () => {
    const memory = createMemoryStore();
    const failure = new ServingError("STORE_UNAVAILABLE", "the disk is full");
    let isDown = true;
    const store = {
      ...memory,
      putSketch: (sketch: Parameters<typeof memory.putSketch>[0]) =>
        isDown ? Promise.reject(failure) : memory.putSketch(sketch),
    };
    const made = bench({ store });
    observe(made, 1);
    await made.observer.flush();
    expect([made.faults, await memory.readSketches("m", "1", 0)]).toEqual([[failure], []]);
    isDown = false;
    await made.observer.flush();
    expect(await memory.readSketches("m", "1", 0)).toHaveLength(1);
  });

  it("reports a kept reference that cannot be read", async () => {
    const store = { ...createMemoryStore(), readDocument: () => Promise.resolve("{}") };
    const made = bench({ reference: undefined, store });
    await made.observer.flush();
    expect(made.faults.map(String)).toEqual([
      "Error: the kept reference: format: expected 1, the only one that this server knows",
    ]);
  });

  it("forgets hours that no window reaches any more", async () => {
    const made = bench();
    observe(made, 1);
    made.now += 30 * hourMs;
    observe(made, 1);
    await made.observer.flush();
    expect((await made.observer.report(noon)).rows).toBe(10);
  });
});
