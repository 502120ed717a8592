import { describe, expect, it } from "vitest";
import { contractOf } from "../../../test/support/contracts.ts";
import { modelState } from "../../../test/support/model-state.ts";
import { signatureOf, spec } from "../../../test/support/signatures.ts";
import { createKnownNames } from "./known-names.ts";

const signature = signatureOf({
  inputs: [spec("clump-thickness", "FP32", "N", 1)],
  outputs: [spec("benign", "FP32", "N", 1)],
});

describe("createKnownNames()", () => {
  const knows = createKnownNames({
    manager: {
      models: () => {
        const model = modelState("oncology", "", { 1: "ready" });
        return [{ ...model, versions: model.versions.map((each) => ({ ...each, signature })) }];
      },
    },
    contractsOf: (model) => (model === "oncology" ? [contractOf(signature)] : []),
  });

  const cases: [string, readonly string[], boolean][] = [
    ["fields of requests", ["model", "rows", "tensors", "name", "prediction_id", "lastRows"], true],
    ["features, inputs and outputs", ["clump-thickness", "benign"], true],
    ["fields of typed services", ["clump_0x2d_thickness", "clump-thickness"], true],
    ["no others", ["", "oncology", "password", "toString", "__proto__"], false],
  ];
  it.each(cases)("knows %s", (_, names, known) => {
    expect(names.map(knows)).toEqual(names.map(() => known));
  });
});
