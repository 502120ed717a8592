import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescOneof,
  fromJson,
  type JsonObject,
  type JsonValue,
  type MessageShape,
} from "@bufbuild/protobuf";
import { LineCounter, parseDocument } from "yaml";

/** A message, or every mistake of the document that should hold it. */
export type ReadMessage<Schema extends DescMessage> =
  | { readonly kind: "ok"; readonly message: MessageShape<Schema> }
  | { readonly kind: "invalid"; readonly problems: readonly string[] };

/**
 * Reads a protobuf message from YAML (of which JSON is a part), by protobuf's
 * JSON mapping. Enum values may be written short and in lower case: `binary`
 * for `TASK_BINARY`. All mistakes are told, each with the path of its field.
 */
export function readYamlMessage<Schema extends DescMessage>(
  schema: Schema,
  text: string,
): ReadMessage<Schema> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems = document.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    return `line ${line}, column ${col}: ${error.message}`;
  });
  if (problems.length > 0) return { kind: "invalid", problems };
  let value: JsonValue;
  try {
    value = document.toJS() ?? {};
  } catch (error) {
    // An anchor that does not exist, or that is repeated without measure.
    return { kind: "invalid", problems: [textOf(error)] };
  }
  return readJsonMessage(schema, value);
}

/** Reads a protobuf message from plain JSON values, as `readYamlMessage` does from text. */
export function readJsonMessage<Schema extends DescMessage>(
  schema: Schema,
  value: JsonValue,
): ReadMessage<Schema> {
  const problems: string[] = [];
  const json = normalizeMessage(schema, value, { path: "", problems });
  if (problems.length > 0) return { kind: "invalid", problems };
  return { kind: "ok", message: fromJson(schema, json) };
}

interface Place {
  readonly path: string;
  readonly problems: string[];
}

function isJsonObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function normalizeMessage(schema: DescMessage, value: JsonValue, place: Place): JsonObject {
  if (!isJsonObject(value)) {
    place.problems.push(`${place.path || "the document"}: expected a mapping of fields`);
    return {};
  }
  const result: JsonObject = {};
  const given = new Map<DescField | DescOneof, string>();
  for (const [name, item] of Object.entries(value)) {
    const path = place.path === "" ? name : `${place.path}.${name}`;
    const field = schema.fields.find((each) => each.jsonName === name || each.name === name);
    if (field === undefined) {
      const known = schema.fields.map((each) => each.jsonName).join(", ");
      place.problems.push(`${path}: unknown field, expected one of ${known}`);
    } else if (item !== null) {
      const slot = field.oneof ?? field;
      const other = given.get(slot);
      if (other !== undefined)
        place.problems.push(`${path}: ${other} is given already, expected one of them`);
      given.set(slot, name);
      result[name] = normalizeField(field, item, { path, problems: place.problems });
    }
  }
  return result;
}

/** Normalizes what lies below a field, and reads the field alone, so that each mistake is found. */
function normalizeField(field: DescField, value: JsonValue, place: Place): JsonValue {
  const json = normalizeItems(field, value, place);
  const message = "message" in field ? field.message : undefined;
  // The mistakes below a message were told by its own fields.
  if (message !== undefined && isOwnMessage(message)) return json;
  try {
    fromJson(field.parent, { [field.jsonName]: json });
  } catch (error) {
    place.problems.push(`${place.path}: ${explain(message, value, error)}`);
  }
  return json;
}

function explain(message: DescMessage | undefined, value: JsonValue, error: unknown): string {
  if (message?.typeName === "google.protobuf.Duration") {
    return `expected a duration such as 10s or 0.5s, got ${JSON.stringify(value)}`;
  }
  return textOf(error).replace(/^cannot decode (?:field |message )?\S+ from JSON: /, "");
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function normalizeItems(field: DescField, value: JsonValue, place: Place): JsonValue {
  switch (field.fieldKind) {
    case "scalar":
    case "map":
      return value;
    case "enum":
      return normalizeEnum(field.enum, value, place);
    case "message":
      return isOwnMessage(field.message) ? normalizeMessage(field.message, value, place) : value;
    case "list": {
      if (!Array.isArray(value)) {
        if (field.message !== undefined) place.problems.push(`${place.path}: expected a list`);
        return field.message === undefined ? value : [];
      }
      const { message } = field;
      if (message === undefined || !isOwnMessage(message)) return value;
      return value.map((item, index) =>
        normalizeMessage(message, item, { ...place, path: `${place.path}[${index}]` }),
      );
    }
  }
}

/** Tells our messages from protobuf's well-known ones, which have JSON forms of their own. */
function isOwnMessage(message: DescMessage): boolean {
  return !message.typeName.startsWith("google.protobuf.");
}

function normalizeEnum(desc: DescEnum, value: JsonValue, { path, problems }: Place): JsonValue {
  if (typeof value !== "string") {
    problems.push(`${path}: expected one of ${shortNames(desc).join(", ")}`);
    return 0;
  }
  const found = desc.values.find(
    (each) => each.name === value || shortName(desc, each.name) === value.toLowerCase(),
  );
  if (found !== undefined) return found.name;
  problems.push(`${path}: expected one of ${shortNames(desc).join(", ")}, got ${value}`);
  return 0;
}

/** Returns the short form of an enum value's name: without the enum's prefix, in lower case. */
export function shortName(desc: DescEnum, name: string): string {
  return name.slice(desc.sharedPrefix?.length ?? 0).toLowerCase();
}

/** Returns the short names of an enum's values, but for the one that says nothing. */
export function shortNames(desc: DescEnum): readonly string[] {
  return desc.values.filter((each) => each.number !== 0).map((each) => shortName(desc, each.name));
}
