import { describe, expect, it } from "vitest";
import { manifestOf, signatureOf, spec } from "../../../test/support/signatures.ts";
import type { Signature, TensorSpec } from "../core/signature.ts";
import { showBreak } from "./breaks.ts";
import { type DerivedContracts, deriveContracts, type ModelVersions } from "./derive-all.ts";
import type { ContractLock } from "./lock.ts";
import { lockChanges } from "./lock-changes.ts";
import { lockText, readLock } from "./lock-file.ts";

const label = spec("label", "INT64", "N");
const probabilities = spec("probabilities", "FP32", "N", 2);
const scores = spec("scores", "FP32", "N", 2);

const classes = "classes: [{ value: 0, label: benign }, { value: 1, label: malignant }]";

function answering(...outputs: readonly TensorSpec[]): Signature {
  return signatureOf({ inputs: [spec("x", "FP32", "N", 1)], outputs, manifest: classes });
}

function taking(...inputs: readonly TensorSpec[]): Signature {
  return signatureOf({ inputs, outputs: [probabilities] });
}

function derive(
  signatures: readonly Signature[],
  rest: Partial<ModelVersions> = {},
): DerivedContracts {
  const versions = signatures.map((signature, index) => ({
    version: BigInt(index + 1),
    signature,
  }));
  return deriveContracts({ model: "tumors", versions, ...rest });
}

/** The versions of each contract. */
function served({
  contracts,
}: DerivedContracts): readonly (readonly [number, readonly bigint[]])[] {
  return contracts.map(({ number, versions }) => [number, [...versions.keys()]]);
}

function lockOf({ contracts }: DerivedContracts): ContractLock {
  return new Map(contracts.map(({ number, locked }) => [number, locked]));
}

function breaksOf({ refused }: DerivedContracts): readonly string[] {
  return refused.flatMap(({ version, breaks }) =>
    breaks.map((each) => `${version}: ${showBreak(each)}`),
  );
}

describe("deriveContracts()", () => {
  it("serves versions that only add to what callers know under one contract", () => {
    const derived = derive([answering(label), answering(label, scores)]);
    expect(served(derived)).toEqual([[1, [1n, 2n]]]);
    const [first, second] = derived.contracts[0]?.versions.values() ?? [];
    expect(first?.file).toBe(second?.file);
    expect(first?.outputs.map(({ field }) => field.name)).toEqual(["label"]);
    expect(second?.outputs.map(({ field }) => field.name)).toEqual(["label", "scores"]);
  });

  it.each([
    [
      "an output less",
      [answering(label, probabilities), answering(label, scores)],
      ["2: FIELD_NO_DELETE: Prediction.probabilities: field 3 is gone"],
    ],
    [
      "another type",
      [taking(spec("a", "FP32", "N", 1)), taking(spec("a", "FP64", "N", 1))],
      ["2: FIELD_SAME_TYPE: TumorsRow.a: was float, and is double"],
    ],
    [
      "a list for a value",
      [taking(spec("a", "FP32", "N", 1)), taking(spec("a", "FP32", "N", 2))],
      ["2: FIELD_SAME_CARDINALITY: TumorsRow.a: was optional, and is repeated"],
    ],
    [
      "a feature more, which must be given",
      [
        taking(spec("a", "FP32", "N", 1)),
        taking(spec("a", "FP32", "N", 1), spec("b", "FP32", "N", 1)),
      ],
      [
        "2: FIELD_NOT_REQUIRED: TumorsRow.b: the field is new, and callers must set it; give it `missing: fill`",
      ],
    ],
  ])("refuses a version with %s", (_, signatures, breaks) => {
    const derived = derive(signatures);
    expect(breaksOf(derived)).toEqual(breaks);
    expect(served(derived)).toEqual([[1, [1n]]]);
  });

  it("gives a version the contract that the manifest says, and those after it the same", () => {
    const signatures = [probabilities, scores, scores].map((output) => answering(label, output));
    const manifest = manifestOf(`${classes}\ncontract: { versions: { 2: 2 } }`);
    const derived = derive(signatures, { manifest });
    expect(derived.refused).toEqual([]);
    expect(served(derived)).toEqual([
      [1, [1n]],
      [2, [2n, 3n]],
    ]);
  });

  it("gives a version the contract that the lock says", () => {
    const signatures = [probabilities, scores].map((output) => answering(label, output));
    const manifest = manifestOf(`${classes}\ncontract: { versions: { 2: 2 } }`);
    const lock = lockOf(derive(signatures, { manifest }));
    expect(served(derive(signatures, { lock }))).toEqual([
      [1, [1n]],
      [2, [2n]],
    ]);
  });

  it("serves an earlier version when a later one, which added something, is gone", () => {
    const lock = lockOf(derive([answering(label), answering(label, scores)]));
    const derived = derive([answering(label)], { lock });
    expect(served(derived)).toEqual([[1, [1n]]]);
    expect(lockText(lockOf(derived))).toBe(lockText(lock));
  });

  it("refuses a version of the lock that has lost what callers know", () => {
    const lock = lockOf(derive([answering(label, scores)]));
    expect(breaksOf(derive([answering(label)], { lock }))).toEqual([
      "1: FIELD_NO_DELETE: Prediction.scores: field 3 is gone",
    ]);
  });

  it("reserves what is gone for good: should it come back, it is another field", () => {
    const lock = lockOf(derive([answering(label, scores)]));
    const taken = derive([answering(label)], { lock, takeBreaks: true });
    const after = lockOf(taken);
    expect(lockChanges(lock, after)).toEqual([
      "+ v1 Prediction.scores = 3 (reserved)",
      "- v1 Prediction.scores = 3 (repeated float)",
    ]);
    const added = derive([answering(label, probabilities, scores)], { lock: after });
    const [contract] = added.contracts[0]?.versions.values() ?? [];
    expect(
      contract?.outputs.map(({ field }) => [field.name, field.jsonName, field.number]),
    ).toEqual([
      ["label", "label", 2],
      ["probabilities", "probabilities", 4],
      ["_0x73_cores", "scores", 5],
    ]);
  });
});

describe("lockText()", () => {
  const lock = lockOf(derive([answering(label, scores)]));

  it("writes a line for each member", () => {
    expect(lockText(lock)).toBe(`{
  "contracts": {
    "1": {
      "versions": ["1"],
      "messages": {
        "Prediction": {
          "fields": {
            "class": { "number": 1, "type": "optional Class" },
            "label": { "number": 2, "type": "optional int64" },
            "scores": { "number": 3, "type": "repeated float" }
          }
        },
        "TumorsRow": {
          "fields": {
            "x": { "number": 1, "type": "optional float", "required": true }
          }
        }
      },
      "enums": {
        "Class": {
          "values": {
            "CLASS_BENIGN": { "number": 1, "value": "benign" },
            "CLASS_MALIGNANT": { "number": 2, "value": "malignant" }
          }
        }
      }
    }
  }
}
`);
  });

  it("writes what readLock() reads", () => {
    expect(readLock(lockText(lock))).toEqual({ kind: "ok", lock });
  });
});

describe("readLock()", () => {
  it.each(["", "[]", "{", '{ "contracts": { "1": { "fields": {} } } }'])("refuses %j", (text) => {
    const read = readLock(text);
    expect(read.kind).toBe("invalid");
  });
});
