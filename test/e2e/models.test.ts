import { createClient } from "@presage/sdk/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";
import { protocols } from "../support/protocols.ts";
import { breastCancerRows, recordedAnswers } from "../support/recorded.ts";

let server: BuiltServer;
beforeAll(async () => {
  server = await startBuiltServer();
});
afterAll(() => server.close());

const house = {
  CRIM: 15.02,
  ZN: 0.0,
  INDUS: 18.1,
  CHAS: 0.0,
  NOX: 0.614,
  RM: 5.3,
  AGE: 97.3,
  DIS: 2.1,
  RAD: 24.0,
  TAX: 666.0,
  PTRATIO: 20.2,
  B: 349.48,
  LSTAT: 24.9,
};

describe.each(protocols)("the example models over $name", ({ options }) => {
  const connect = () => createClient({ baseUrl: server.url, ...options });

  it.each([
    { version: "1", counts: { tp: 303, fp: 15, fn: 23, tn: 172 } },
    { version: "2", counts: { tp: 309, fp: 26, fn: 17, tn: 161 } },
  ])(
    "give the published confusion counts of breast-cancer $version",
    async ({ version, counts }) => {
      const { rows, truth, labels } = breastCancerRows();
      const prediction = await connect().predict<
        readonly number[],
        { label: number; class: string }
      >("breast-cancer", rows, { version });
      const predicted = prediction.rows.map((row) => row.label);
      const count = (label: number, actual: number) =>
        predicted.filter((each, index) => each === label && truth[index] === actual).length;
      expect({ tp: count(1, 1), fp: count(1, 0), fn: count(0, 1), tn: count(0, 0) }).toEqual(
        counts,
      );
      expect(predicted).toEqual(labels[version]);
      expect(prediction.version).toBe(version);
      expect(prediction.tags).toEqual({ shape_input_data: "(513, 30)" });
      expect(prediction.rows.map((row) => row.class)).toEqual(
        predicted.map((label) => (label === 1 ? "benign" : "malignant")),
      );
    },
  );

  it("answer the article's house to its last digit", async () => {
    const prediction = await connect().predict<typeof house, { prediction: number }>(
      "boston-housing",
      house,
    );
    expect(Math.abs(prediction.row.prediction - 12.273424794987879)).toBeLessThan(1e-9);
    expect(prediction.tags).toEqual({ shape_input_data: "(1, 13)" });
    expect(prediction.route).toEqual({ policy: "stable", reason: "the alias stable is version 1" });
  });

  it("answer the system-test tumor with its label", async () => {
    const { row } = await connect().predict("oncology", [4, 1, 2, 1, 2, 1, 1, 1, 1]);
    expect(row).toMatchObject({ label: 0, class: "benign" });
  });
});

describe.each([
  { model: "breast-cancer", version: "1", tolerance: 1e-12 },
  { model: "breast-cancer", version: "2", tolerance: 1e-8 },
  { model: "boston-housing", version: "1", tolerance: 1e-9 },
  { model: "oncology", version: "1", tolerance: 1e-12 },
  { model: "iris", version: "1", tolerance: 1e-6 },
  { model: "passengers", version: "1", tolerance: 1e-6 },
])("$model $version", ({ model, version, tolerance }) => {
  const { features, rows, answers } = recordedAnswers(model);
  const expected = answers[version] ?? {};

  const expectRecorded = (answered: readonly Readonly<Record<string, unknown>>[]) => {
    for (const [output, values] of Object.entries(expected)) {
      for (const [index, value] of values.entries()) {
        const given = [answered[index]?.[output]].flat() as number[];
        const distances = [value]
          .flat()
          .map((each, place) => Math.abs(each - (given[place] ?? Number.NaN)));
        expect(Math.max(...distances)).toBeLessThanOrEqual(tolerance);
      }
    }
  };

  it("answers positional rows as its training library does", async () => {
    const client = createClient({ baseUrl: server.url });
    expectRecorded((await client.predict(model, rows, { version })).rows);
  });

  it("answers named rows as its training library does, in any order of names", async () => {
    const client = createClient({ baseUrl: server.url });
    const named = rows.map((row) =>
      Object.fromEntries(
        features.map((name, index) => [name, row[index] ?? null] as const).toReversed(),
      ),
    );
    expectRecorded((await client.predict(model, named, { version })).rows);
  });

  it("answers each row alone as it does together", async () => {
    const client = createClient({ baseUrl: server.url, protocol: "connect" });
    const alone = await Promise.all(rows.map((row) => client.predict(model, row, { version })));
    expectRecorded(alone.map((prediction) => prediction.row));
  });
});

describe("GetModel and ListModels", () => {
  it("tell what the models take and answer", async () => {
    const client = createClient({ baseUrl: server.url });
    const models = await client.models();
    expect(models.map(({ name, task }) => [name, task])).toEqual([
      ["boston-housing", "regression"],
      ["breast-cancer", "binary"],
      ["iris", "multiclass"],
      ["oncology", "binary"],
      ["passengers", "binary"],
    ]);
    const oncology = await client.model("oncology");
    const signature = oncology.versions[0]?.signature;
    expect(signature?.inputs).toEqual([{ name: "X", dataType: "INT64", shape: [-1, 9] }]);
    expect(signature?.features[0]).toMatchObject({
      name: "clump_thickness",
      input: "X",
      dataType: "INT64",
      shape: [],
      range: { min: 1, max: 10 },
      missing: "reject",
    });
    expect(signature?.classes.map(({ value, label }) => [value, label])).toEqual([
      [0, "benign"],
      [1, "malignant"],
    ]);
    expect(oncology.versions.map(({ state, reason }) => [state, reason])).toEqual([["READY", ""]]);
  });
});
