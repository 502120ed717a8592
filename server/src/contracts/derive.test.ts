import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  manifestOf,
  type SignatureParts,
  signatureOf,
  spec,
} from "../../../test/support/signatures.ts";
import type { Contract } from "./contract.ts";
import { deriveContract } from "./derive.ts";
import { protoText } from "./proto-text.ts";

const manifestPath = new URL("../../../examples/models/oncology/model.yaml", import.meta.url);
/** What is derived of it, as it is printed. */
const printedPath = new URL("../../../test/data/contracts/oncology.proto", import.meta.url);

interface Parts extends SignatureParts {
  readonly model?: string;
  readonly number?: number;
}

/** Derives a contract; fails where there is none. */
function contractOf({ model = "house", number = 1, ...parts }: Parts): Contract {
  const signature = signatureOf(parts);
  const manifest = parts.manifest === undefined ? undefined : manifestOf(parts.manifest);
  const derived = deriveContract({ model, number, signature, manifest });
  if (derived.kind === "invalid") throw new Error(derived.problems.join("\n"));
  return derived.contract;
}

/** The lines that declare the fields of a row. */
function fieldLines(contract: Contract): readonly string[] {
  const text = protoText(contract.file);
  const [, after = ""] = text.split(`message ${contract.row.name} {\n`);
  const [body = ""] = after.split("\n}\n");
  return body.split("\n").filter((line) => !line.trim().startsWith("//"));
}

function problemsOf(parts: Parts): readonly string[] {
  const signature = signatureOf(parts);
  const manifest = parts.manifest === undefined ? undefined : manifestOf(parts.manifest);
  const derived = deriveContract({ model: "house", number: 1, signature, manifest });
  return derived.kind === "invalid" ? derived.problems : [];
}

describe("deriveContract()", () => {
  it("derives the typed service of oncology", () => {
    const contract = contractOf({
      model: "oncology",
      inputs: [spec("x", "INT64", "N", 9)],
      outputs: [spec("label", "INT64", "N"), spec("probabilities", "FP64", "N", 2)],
      manifest: readFileSync(fileURLToPath(manifestPath), "utf8"),
    });
    expect(protoText(contract.file)).toBe(readFileSync(fileURLToPath(printedPath), "utf8"));
    expect(contract.service.typeName).toBe("presage.models.oncology.v1.OncologyService");
    expect(contract.classField?.numbers).toEqual(
      new Map([
        [0, 1],
        [1, 2],
      ]),
    );
  });

  it("names package, service and row by the model, and calls features what the model calls them", () => {
    const contract = contractOf({
      model: "boston-housing",
      number: 3,
      inputs: [spec("x", "FP64", "N", 2)],
      manifest: "features: [{ name: CRIM }, { name: sepal length }]",
    });
    expect(contract.row.typeName).toBe("presage.models.boston_housing.v3.BostonHousingRow");
    expect(
      contract.row.fields.map(({ name, jsonName, number }) => [name, jsonName, number]),
    ).toEqual([
      ["CRIM", "CRIM", 1],
      ["sepal__length", "sepal length", 2],
    ]);
  });

  it.each([
    ["FP32", "float"],
    ["FP16", "float"],
    ["BF16", "float"],
    ["FP64", "double"],
    ["INT8", "int32"],
    ["INT64", "int64"],
    ["UINT16", "uint32"],
    ["UINT64", "uint64"],
    ["BOOL", "bool"],
    ["STRING", "string"],
  ] as const)("carries %s by %s", (dataType, type) => {
    const contract = contractOf({ inputs: [spec("x", dataType, "N", 1)] });
    expect(fieldLines(contract)[0]).toContain(`optional ${type} x = 1 [`);
  });

  it.each([
    [
      "{ name: x }",
      [
        "  optional float x = 1 [",
        "    (buf.validate.field).required = true,",
        "    (buf.validate.field).float = {finite: true}",
        "  ];",
      ],
    ],
    ["{ name: x, missing: fill }", ["  optional float x = 1;"]],
    [
      "{ name: x, range: { max: 0.1 } }",
      [
        "  optional float x = 1 [",
        "    (buf.validate.field).required = true,",
        "    (buf.validate.field).float = {lte: 0.1, finite: true}",
        "  ];",
      ],
    ],
    [
      "{ name: x, categories: { values: [1, 2], closed: true } }",
      [
        "  optional float x = 1 [",
        "    (buf.validate.field).required = true,",
        "    (buf.validate.field).float = {in: [1, 2]}",
        "  ];",
      ],
    ],
    [
      "{ name: x, categories: { values: [1, 2], closed: true }, missing: fill }",
      [
        "  optional float x = 1 [",
        "    (buf.validate.field).cel = {",
        '      id: "value",',
        '      message: "expected values one of 1, 2, or none",',
        '      expression: "this.isNan() || this.isInf() || this == 1.0 || this == 2.0"',
        "    }",
        "  ];",
      ],
    ],
  ])("says as rules what %s takes", (feature, lines) => {
    const contract = contractOf({
      inputs: [spec("x", "FP32", "N", 1)],
      manifest: `features: [${feature}]`,
    });
    expect(fieldLines(contract)).toEqual(lines);
  });

  it("says that dimensions of one name are equally long", () => {
    const contract = contractOf({
      inputs: [spec("a", "BOOL", "N", "M"), spec("b", "BOOL", "N", "M")],
    });
    expect(fieldLines(contract)).toEqual([
      "  option (buf.validate.message).cel = {",
      '    id: "size.1.0",',
      '    message: "expected b to be as long as a",',
      '    expression: "this.b.size() == this.a.size()"',
      "  };",
      "  repeated bool a = 1;",
      "  repeated bool b = 2;",
    ]);
  });

  it.each([
    ["contract: { row: tumor }", "contract.row: expected a name such as TumorSize, got tumor"],
    ["contract: { row: Prediction }", "contract: two types are called Prediction"],
    [
      "features: [{ name: x, range: { min: 300 } }]",
      "the feature x takes no value: its range holds none of UINT8",
    ],
  ])("refuses %s", (manifest, problem) => {
    expect(problemsOf({ inputs: [spec("x", "UINT8", "N", 1)], manifest })).toEqual([problem]);
  });

  it("refuses a number below 1", () => {
    const signature = signatureOf({ inputs: [spec("x", "FP64", "N", 1)] });
    expect(deriveContract({ model: "house", number: 0, signature })).toEqual({
      kind: "invalid",
      problems: ["contract.versions: expected at least 1, got 0"],
    });
  });

  it("keeps the numbers of a lock, and gives what is new the next ones", () => {
    const lock = {
      versions: [1n],
      enums: new Map(),
      messages: new Map([
        [
          "HouseRow",
          {
            fields: new Map([
              ["b", { number: 4, type: "optional double", jsonName: "b", required: true }],
            ]),
            reserved: new Map([["gone", 7]]),
          },
        ],
      ]),
    };
    const signature = signatureOf({
      inputs: [spec("x", "FP64", "N", 3)],
      manifest: "features: [{ name: a }, { name: b }, { name: c }]",
    });
    const derived = deriveContract({ model: "house", number: 1, signature, lock });
    const contract = derived.kind === "ok" ? derived.contract : undefined;
    expect(contract?.features.map(({ field }) => [field.name, field.number])).toEqual([
      ["a", 8],
      ["b", 4],
      ["c", 9],
    ]);
    expect(contract?.row.proto.reservedName).toEqual(["gone"]);
  });
});
