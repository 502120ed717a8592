import {
  type DescField,
  type DescMessage,
  fromJson,
  type JsonValue,
  ScalarType,
} from "@bufbuild/protobuf";
import type { Violation } from "../core/errors.ts";
import { showValue } from "../core/value.ts";

/**
 * Finds every field of a message in JSON that cannot be read, each by its path,
 * such as `rows[1].LSTAT`, and every name that is no field's. Only for messages
 * of plain fields, lists, enums and messages of these.
 */
export function findFieldViolations(
  schema: DescMessage,
  json: JsonValue,
  prefix = "",
): readonly Violation[] {
  if (!isObject(json)) {
    const field = prefix.replace(/\.$/, "");
    return [{ field, description: `expected an object, got ${showValue(json)}` }];
  }
  return Object.entries(json).flatMap(([name, value]) => {
    const field = schema.fields.find((each) => each.jsonName === name || each.name === name);
    if (field === undefined) return [{ field: prefix + name, description: expectName(schema) }];
    return checkField(schema, field, { name, value, prefix });
  });
}

interface Given {
  readonly name: string;
  readonly value: JsonValue;
  readonly prefix: string;
}

function checkField(
  schema: DescMessage,
  field: DescField,
  { name, value, prefix }: Given,
): readonly Violation[] {
  const path = prefix + field.name;
  if (value !== null && field.fieldKind === "message")
    return findFieldViolations(field.message, value, `${path}.`);
  if (value !== null && field.fieldKind === "list") {
    if (!Array.isArray(value))
      return [{ field: path, description: `expected a list, got ${showValue(value)}` }];
    return value.flatMap((item, index): readonly Violation[] => {
      const at = `${path}[${index}]`;
      if (field.message !== undefined) return findFieldViolations(field.message, item, `${at}.`);
      return canRead(schema, { [name]: [item] })
        ? []
        : [{ field: at, description: expect(field, item) }];
    });
  }
  return canRead(schema, { [name]: value })
    ? []
    : [{ field: path, description: expect(field, value) }];
}

function canRead(schema: DescMessage, json: JsonValue): boolean {
  try {
    fromJson(schema, json);
    return true;
  } catch {
    return false;
  }
}

const namesShown = 10;

function expectName({ fields }: DescMessage): string {
  const shown = fields.slice(0, namesShown).map(({ jsonName }) => jsonName);
  return `unknown field, expected ${shown.join(", ")}${fields.length > namesShown ? ", …" : ""}`;
}

function expect(field: DescField, value: JsonValue): string {
  return `expected ${describeType(field, value)}, got ${showValue(value)}`;
}

function describeType({ scalar, enum: choice }: DescField, value: JsonValue): string {
  if (choice !== undefined)
    return `one of ${choice.values
      .filter(({ number }) => number !== 0)
      .map(({ name }) => name)
      .join(", ")}`;
  switch (scalar) {
    case ScalarType.DOUBLE:
      return "a number";
    case ScalarType.FLOAT:
      return typeof value === "number" ? "a number within the range of FP32" : "a number";
    case ScalarType.BOOL:
      return "true or false";
    case ScalarType.STRING:
      return "text";
    case ScalarType.INT32:
      return "an integer from -2147483648 to 2147483647";
    case ScalarType.UINT32:
      return "an integer from 0 to 4294967295";
    default:
      return "an integer";
  }
}

function isObject(value: JsonValue): value is { readonly [name: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
