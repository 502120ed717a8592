import { describe, expect, it } from "vitest";
import { manifestOf, signatureOf, spec } from "../../../test/support/signatures.ts";
import { deriveContract } from "../contracts/derive.ts";
import type { PulledContract } from "./sdk-contracts.ts";
import { writeIndex, writeModules } from "./sdk-modules.ts";

interface Given {
  readonly number?: number;
  readonly isUsual?: boolean;
  readonly output?: string;
  readonly labels?: readonly string[];
}

/** The contract of a model with one feature, as a server describes it. */
function pulled(model: string, given: Given = {}): PulledContract {
  const { number = 1, isUsual = true, output = "label", labels = [] } = given;
  const classes = labels.map((label, value) => ({ value, label }));
  const manifest = labels.length === 0 ? "{}" : JSON.stringify({ classes, classOutput: output });
  const signature = signatureOf({
    inputs: [spec("size", "FP32", "rows")],
    outputs: [spec(output, "INT64", "rows")],
    manifest,
  });
  const derived = deriveContract({ model, number, signature, manifest: manifestOf(manifest) });
  if (derived.kind === "invalid") throw new Error(derived.problems.join("\n"));
  return { model, service: derived.contract.service, isUsual, labels };
}

const namesOf = (contracts: readonly PulledContract[]): readonly string[] =>
  writeModules(contracts, "ts").map(({ path, factory }) => `${path} ${factory}`);

describe("writeModules()", () => {
  it.each([
    { model: "iris", name: "iris.ts createIris" },
    { model: "boston-housing", name: "boston-housing.ts createBostonHousing" },
    { model: "my_model", name: "my--model.ts createMyModel" },
    { model: "index", name: "index.model.ts createIndex" },
    { model: "typed-model", name: "typed-model.model.ts createTypedModel" },
  ])("names the module of $model", ({ model, name }) => {
    expect(namesOf([pulled(model)])).toEqual([name]);
  });

  it("gives contracts that are not the usual one their number", () => {
    const contracts = [pulled("iris"), pulled("iris", { number: 2, isUsual: false })];
    expect(namesOf(contracts)).toEqual(["iris.ts createIris", "iris.v2.ts createIrisV2"]);
  });

  it("refuses two models of one name", () => {
    expect(() => writeModules([pulled("my-model"), pulled("my_model")], "ts")).toThrow(
      "my-model and my_model would both be made by createMyModel(): generate them one by one",
    );
  });

  it.each(["feedback", "prediction_id", "model_version"])(
    "refuses an output that is called %s",
    (output) => {
      expect(() => writeModules([pulled("iris", { output })], "ts")).toThrow(
        `iris: its output ${output} has the name of a member of typed answers`,
      );
    },
  );

  const classes = [
    { labels: ["benign", "malignant"], entries: ['BENIGN, "benign"', 'MALIGNANT, "malignant"'] },
    { labels: ["not spam", "1"], entries: ['CLASS_NOT__SPAM, "not spam"', 'CLASS_1, "1"'] },
    { labels: ['"', "a-b"], entries: ['_0X22_, "\\""', 'A_0X2D_B, "a-b"'] },
  ];
  it.each(classes)("tells the labels $labels of the classes", ({ labels, entries }) => {
    const [module] = writeModules([pulled("iris", { labels })], "ts");
    for (const entry of entries) expect(module?.text).toContain(`  [contract.Class.${entry}],`);
    expect(module?.text).toContain("truth: contract.Class;");
  });

  it("takes labels as truth where values of the enum cannot be told from each other", () => {
    const contract = pulled("iris", { labels: ["a", "A"] });
    const [module] = writeModules([contract], "ts");
    expect(module?.text).toContain("truth: number | string;");
    expect(module?.text).toContain("labels: undefined,");
  });

  it("imports as it is told", () => {
    const [module] = writeModules([pulled("iris")], "js");
    expect(module?.text.match(/from "\.[^"]*"/g)).toEqual([
      'from "./presage/models/iris/v1/contract_pb.js"',
      'from "./typed-model.js"',
      'from "./presage/models/iris/v1/contract_pb.js"',
    ]);
  });
});

describe("writeIndex()", () => {
  it("exports every factory", () => {
    const modules = writeModules([pulled("iris"), pulled("boston-housing")], "js");
    expect(writeIndex(modules, "js").text.split("\n").slice(1, 3)).toEqual([
      'export { createIris, type IrisClient } from "./iris.js";',
      'export { createBostonHousing, type BostonHousingClient } from "./boston-housing.js";',
    ]);
  });
});
