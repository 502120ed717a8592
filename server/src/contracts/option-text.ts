import {
  type DescField,
  type DescMessage,
  getExtension,
  hasExtension,
  type Message,
  ScalarType,
} from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { file_buf_validate_validate } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";

/**
 * Writes what is set in an options message, each as `name = value`. An option of
 * the rules is written piece by piece: `(buf.validate.field).required = true`.
 */
export function optionTexts(
  desc: DescMessage,
  options: Message | undefined,
  packageName: string,
): readonly string[] {
  if (options === undefined) return [];
  const own = reflect(desc, options);
  const plain = desc.fields
    .filter((field) => own.isSet(field) && field.name !== "uninterpreted_option")
    .flatMap((field) => fieldTexts(own, field).map((text) => `${field.name} = ${text}`));
  const extended = file_buf_validate_validate.extensions.flatMap((extension) => {
    if (extension.extendee.typeName !== desc.typeName || !hasExtension(options, extension))
      return [];
    const value = getExtension(options, extension);
    if (extension.message === undefined || !isMessage(value)) return [];
    const name = `(${shielded(extension.typeName, packageName)})`;
    const rules = reflect(extension.message, value);
    return rules.fields
      .filter((field) => rules.isSet(field))
      .flatMap((field) =>
        fieldTexts(rules, field).map((text) => `${name}.${field.name} = ${text}`),
      );
  });
  return [...plain, ...extended];
}

/** A name whose first part a package also has is looked up there, unless it begins with a dot. */
function shielded(typeName: string, packageName: string): string {
  const [first = ""] = typeName.split(".");
  return packageName.split(".").includes(first) && !typeName.startsWith(`${packageName}.`)
    ? `.${typeName}`
    : typeName;
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && "$typeName" in value;
}

/** The values of a field that is set: one, or as many as it repeats. */
function fieldTexts(message: ReflectMessage, field: DescField): readonly string[] {
  switch (field.fieldKind) {
    case "list":
      return [...message.get(field)].map((item: unknown) => valueText(item, field));
    case "map":
      throw new Error(`the option ${field.name} is a map, which no option of a contract is`);
    default:
      return [valueText(message.get(field), field)];
  }
}

function valueText(value: unknown, field: DescField): string {
  if (field.message !== undefined) return messageText(value);
  if (field.enum !== undefined) return field.enum.value[Number(value)]?.name ?? String(value);
  return scalarText(value, field.scalar ?? ScalarType.STRING);
}

const longestLine = 84;

/** Writes a message as text, on several lines if one would be too long. */
function messageText(value: unknown): string {
  if (!isReflected(value)) throw new Error("expected a message");
  const parts = value.fields
    .filter((field) => value.isSet(field))
    .toSorted((one, other) => Number(isLowerBound(other)) - Number(isLowerBound(one)))
    .map((field) => {
      const texts = fieldTexts(value, field);
      const text = field.fieldKind === "list" ? `[${texts.join(", ")}]` : (texts[0] ?? "");
      return `${field.name}: ${text}`;
    });
  const line = `{${parts.join(", ")}}`;
  if (line.length <= longestLine) return line;
  const lines = parts.flatMap((part, index) =>
    `${part}${index + 1 < parts.length ? "," : ""}`.split("\n").map((each) => `  ${each}`),
  );
  return ["{", ...lines, "}"].join("\n");
}

/** Bounds are declared with the upper one first; people say the lower one first. */
function isLowerBound({ name }: DescField): boolean {
  return name === "gt" || name === "gte" || name === "min_items";
}

function isReflected(value: unknown): value is ReflectMessage {
  return typeof value === "object" && value !== null && "sortedFields" in value;
}

function scalarText(value: unknown, type: ScalarType): string {
  switch (type) {
    case ScalarType.STRING:
      return quote(String(value));
    case ScalarType.FLOAT:
    case ScalarType.DOUBLE:
      return numberText(Number(value), type);
    default:
      return String(value);
  }
}

const mostSinglePrecision = 9;

function numberText(value: number, type: ScalarType): string {
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "inf").toLowerCase();
  if (Object.is(value, -0)) return "-0.0";
  if (type === ScalarType.DOUBLE) return String(value);
  // A float is written as shortly as it can be read back.
  for (let digits = 1; digits < mostSinglePrecision; digits += 1) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return String(shorter);
  }
  return String(value);
}

const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Writes a text as a literal of protobuf. */
export function quote(text: string): string {
  const characters = Array.from(text, (character) => {
    if (character === '"' || character === "\\") return `\\${character}`;
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0x20 && code !== 0x7f) return character;
    return escapes[character] ?? `\\${code.toString(8).padStart(3, "0")}`;
  });
  return `"${characters.join("")}"`;
}
