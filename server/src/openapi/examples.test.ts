import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { ModelService } from "@presage/gen/presage/v1/model_pb";
import { describe, expect, it } from "vitest";
import { signatureOf, spec } from "../../../test/support/signatures.ts";
import { deriveContract } from "../contracts/derive.ts";
import type { Value } from "../core/value.ts";
import { type DocumentedContract, exampleOfContract, exampleRequests } from "./examples.ts";

const documented = contractOf();

function contractOf(): DocumentedContract {
  const signature = signatureOf({
    inputs: [
      spec("port", "STRING", "rows", 1),
      spec("age", "FP32", "rows", 1),
      spec("counts", "FP64", "rows", 2),
      spec("image", "FP32", "rows", 2, 2),
    ],
    outputs: [spec("score", "FP64", "rows", 1)],
    manifest: `
features:
  - { name: port, categories: { values: [Cherbourg, Southampton], closed: true } }
  - { name: age, missing: fill, fill: 30 }
  - { name: counts }
  - { name: image }
`,
  });
  const derived = deriveContract({ model: "ship", number: 1, signature });
  if (derived.kind === "invalid") throw new Error(derived.problems.join("\n"));
  return {
    contract: derived.contract,
    features: signature.features.map(({ name }) => name),
  };
}

const model = (example: Value | undefined) => ({
  name: "ship",
  displayName: "A ship",
  example,
  contracts: [documented],
});

const row = {
  port: "Southampton",
  age: 2,
  counts: [1, 2],
  image: [
    [1, 2],
    [3, 4],
  ],
};
const message = {
  port: "PORT_SOUTHAMPTON",
  age: 2,
  counts: [1, 2],
  image: { shape: [2, 2], values: [1, 2, 3, 4] },
};

describe("exampleRequests()", () => {
  const { predict, feedback, metrics } = InferenceService.method;
  it.each([
    [predict.input, { model: "ship", rows: [row] }],
    [feedback.input, { request: { model: "ship", rows: [row] }, reward: [1] }],
    [metrics.input, { model: "ship" }],
    [ModelService.method.getModel.input, { model: "ship" }],
  ])("gives one of each model (%#)", (input, value) => {
    expect(exampleRequests(input, [model(row)])).toEqual({
      examples: { ship: { summary: "A ship", value } },
    });
  });

  it("gives none where there is nothing to ask about, or no golden row", () => {
    expect(exampleRequests(ModelService.method.listModels.input, [model(row)])).toEqual({});
    expect(exampleRequests(predict.input, [model(undefined)])).toEqual({});
  });
});

describe("exampleOfContract()", () => {
  const { row: one, batch } = documented.contract;
  const golden = (value: unknown) => ({ examples: { golden: { summary: "A ship", value } } });

  it.each([
    ["an object", row, message],
    ["a list", Object.values(row), message],
    ["a row with a missing value", { ...row, age: null }, { ...message, age: undefined }],
    ["numbers that are not finite", { ...row, age: Number.NaN }, { ...message, age: "NaN" }],
  ])("writes %s as the contract's message", (_, example, value) => {
    expect(exampleOfContract(one, documented, model(example))).toEqual(golden(value));
  });

  it("writes a batch of one", () => {
    expect(exampleOfContract(batch, documented, model(row))).toEqual(golden({ rows: [message] }));
  });

  it("gives none of a row that is not the contract's", () => {
    expect(exampleOfContract(one, documented, model([1]))).toEqual({});
    expect(exampleOfContract(one, documented, model(undefined))).toEqual({});
  });
});
