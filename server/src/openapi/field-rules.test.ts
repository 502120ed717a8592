import {
  create,
  createFileRegistry,
  type MessageInitShape,
  setExtension,
} from "@bufbuild/protobuf";
import {
  type FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldOptionsSchema,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import {
  FieldRulesSchema,
  field as fieldRules,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { describe, expect, it } from "vitest";
import { type RuledField, readRules } from "./field-rules.ts";

type Rules = MessageInitShape<typeof FieldRulesSchema>;

const { DOUBLE, INT64, STRING, BOOL, ENUM } = FieldDescriptorProto_Type;
const single = 1 as FieldDescriptorProto_Label;
const repeated = 3 as FieldDescriptorProto_Label;

/** Reads the rules of a field of this type. */
function read(
  type: FieldDescriptorProto_Type,
  rules: Rules | undefined,
  label: FieldDescriptorProto_Label = single,
): RuledField {
  const options = create(FieldOptionsSchema);
  if (rules !== undefined) setExtension(options, fieldRules, create(FieldRulesSchema, rules));
  const typeName = type === ENUM ? { typeName: ".test.Kind" } : {};
  const file = create(FileDescriptorProtoSchema, {
    name: "test.proto",
    package: "test",
    syntax: "proto3",
    messageType: [
      { name: "Row", field: [{ name: "value", number: 1, type, label, options, ...typeName }] },
    ],
    enumType: [
      {
        name: "Kind",
        value: [
          { name: "KIND_UNSPECIFIED", number: 0 },
          { name: "KIND_A", number: 1 },
        ],
      },
    ],
  });
  const field = createFileRegistry(file, () => undefined).getMessage("test.Row")?.fields[0];
  if (field === undefined) throw new Error("the file has no field");
  return readRules(field);
}

const narrowings: readonly (readonly [string, FieldDescriptorProto_Type, Rules, object])[] = [
  [
    "bounds",
    DOUBLE,
    {
      type: {
        case: "double",
        value: { greaterThan: { case: "gte", value: 0 }, lessThan: { case: "lte", value: 15 } },
      },
    },
    { minimum: 0, maximum: 15 },
  ],
  [
    "bounds that are not in",
    DOUBLE,
    {
      type: {
        case: "double",
        value: { greaterThan: { case: "gt", value: 1 }, lessThan: { case: "lt", value: 2 } },
      },
    },
    { exclusiveMinimum: 1, exclusiveMaximum: 2 },
  ],
  [
    "integers of 64 bits, in both forms",
    INT64,
    { type: { case: "int64", value: { in: [1n, 2n ** 60n] } } },
    { enum: [1, "1", "1152921504606846976"] },
  ],
  ["texts", STRING, { type: { case: "string", value: { in: ["a", "b"] } } }, { enum: ["a", "b"] }],
  [
    "lengths",
    STRING,
    { type: { case: "string", value: { minLen: 1n, maxLen: 3n, pattern: "^a" } } },
    { minLength: 1, maxLength: 3, pattern: "^a" },
  ],
  ["a single truth", BOOL, { type: { case: "bool", value: { const: false } } }, { const: false }],
  [
    "enums by their names",
    ENUM,
    { type: { case: "enum", value: { definedOnly: true, notIn: [0] } } },
    { not: { enum: ["KIND_UNSPECIFIED"] } },
  ],
];

describe("readRules()", () => {
  it.each(narrowings)("narrows to %s", (_, type, rules, narrowed) => {
    expect(read(type, rules).narrowed).toEqual(narrowed);
  });

  it("narrows lists and what is in them", () => {
    const items = { type: { case: "double", value: { finite: true, in: [1, 2] } } } satisfies Rules;
    const value = { minItems: 2n, maxItems: 4n, items };
    expect(read(DOUBLE, { type: { case: "repeated", value } }, repeated)).toEqual({
      isRequired: true,
      narrowed: { minItems: 2, maxItems: 4, items: { enum: [1, 2] } },
      isFinite: true,
    });
  });

  it("tells what is required", () => {
    expect(read(STRING, { required: true }).isRequired).toBe(true);
  });

  it("tells that nothing is ruled", () => {
    const free = { isRequired: false, narrowed: {}, isFinite: false };
    expect(read(DOUBLE, undefined)).toEqual(free);
    expect(read(DOUBLE, { cel: [{ id: "value", expression: "this > 1.0" }] })).toEqual(free);
  });

  it.each([
    ["finite", { finite: true }, true],
    [
      "between two bounds",
      { greaterThan: { case: "gte", value: 0 }, lessThan: { case: "lt", value: 1 } },
      true,
    ],
    ["above one bound", { greaterThan: { case: "gte", value: 0 } }, false],
  ] as const)("tells whether numbers that are %s may be NaN or infinite", (_, value, isFinite) => {
    expect(read(DOUBLE, { type: { case: "double", value } }).isFinite).toBe(isFinite);
  });
});
