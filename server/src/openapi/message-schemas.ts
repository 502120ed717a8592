import type { DescEnum, DescField, DescMessage, DescOneof } from "@bufbuild/protobuf";
import { readRules } from "./field-rules.ts";
import { type Comments, describe, type JsonObject } from "./json.ts";
import { describeKey, describeScalar, type Role, wellKnown } from "./value-schemas.ts";

/** The schemas of messages, each in a place of its own that others refer to. */
export interface MessageSchemas {
  /** Refers to the schema of a message; one of those that were wanted, or within. */
  readonly refer: (message: DescMessage, role: Role) => JsonObject;
  /** Every schema by its name. */
  readonly byName: Readonly<Record<string, JsonObject>>;
}

/** The messages that schemas are wanted of, with all that is in them. */
export type WantedMessages = Readonly<Record<Role, readonly DescMessage[]>>;

/**
 * Makes the schemas of what methods take and answer. A message that callers both
 * send and are answered with has two: they may send more than they are answered with.
 */
export function createMessageSchemas(wanted: WantedMessages, comments: Comments): MessageSchemas {
  const messages = {
    request: reachMessages(wanted.request),
    answer: reachMessages(wanted.answer),
  };
  const nameOf = (message: DescMessage, role: Role): string =>
    role === "answer" && messages.request.has(message)
      ? `${message.typeName}.Answer`
      : message.typeName;
  const refer = (message: DescMessage, role: Role): JsonObject =>
    wellKnown[message.typeName] ?? schemaReference(nameOf(message, role));

  const describeMessages = (role: Role): readonly (readonly [string, JsonObject])[] =>
    [...messages[role]].map((message) => [
      nameOf(message, role),
      describeMessage(message, { role, comments, refer }),
    ]);
  const enums = new Set(
    [...messages.request, ...messages.answer].flatMap(({ fields }) =>
      fields.flatMap((field) => field.enum ?? []),
    ),
  );
  return {
    refer,
    byName: Object.fromEntries([
      ...describeMessages("request"),
      ...describeMessages("answer"),
      ...[...enums].map((each) => [each.typeName, describeEnum(each, comments)] as const),
    ]),
  };
}

/** Refers to a schema by its name. */
export function schemaReference(name: string): JsonObject {
  return { $ref: `#/components/schemas/${name}` };
}

function reachMessages(roots: readonly DescMessage[]): ReadonlySet<DescMessage> {
  const reached = new Set(roots);
  // A set that grows while it is walked is walked to its last end.
  for (const { fields } of reached)
    for (const { message } of fields)
      if (message !== undefined && wellKnown[message.typeName] === undefined) reached.add(message);
  return reached;
}

interface Scope {
  readonly role: Role;
  readonly comments: Comments;
  readonly refer: MessageSchemas["refer"];
}

function describeMessage(message: DescMessage, scope: Scope): JsonObject {
  const { comments, role } = scope;
  const properties = message.fields.map((field) => [
    field.jsonName,
    { ...describeField(field, scope), ...describe(commentOf(field, comments)) },
  ]);
  const required =
    role === "answer" ? [] : message.fields.filter((field) => isRequired(field, comments));
  const choices = message.oneofs.map((oneof) => describeOneof(oneof, scope));
  const wordsOf = (oneof: DescOneof): string => {
    const names = oneof.fields.map(({ jsonName }) => `\`${jsonName}\``).join(", ");
    const number = needsOne(oneof, scope) ? "just one" : "at most one";
    return `Of ${names}, ${number}. ${commentOf(oneof, comments) ?? ""}`;
  };
  return {
    title: message.name,
    ...describe(comments.get(message.typeName), ...message.oneofs.map(wordsOf)),
    type: "object",
    properties: Object.fromEntries(properties),
    ...(required.length === 0 ? {} : { required: required.map(({ jsonName }) => jsonName) }),
    ...(choices.length > 1 ? { allOf: choices } : choices[0]),
  };
}

function commentOf(desc: DescField | DescOneof, comments: Comments): string | undefined {
  return comments.get(`${desc.parent.typeName}.${desc.name}`);
}

const requiredSentence = /(?:^|\s)Required\.(?:\s|$)/;

/** Fields are required by a rule, or by the sentence that says so in our own contract. */
function isRequired(field: DescField, comments: Comments): boolean {
  if (field.oneof !== undefined) return false;
  return readRules(field).isRequired || requiredSentence.test(commentOf(field, comments) ?? "");
}

/** At most one of the fields; just one where it is required. */
function describeOneof(oneof: DescOneof, scope: Scope): JsonObject {
  const each = oneof.fields.map(({ jsonName }) => ({ required: [jsonName] }));
  return { oneOf: needsOne(oneof, scope) ? each : [...each, { not: { anyOf: each } }] };
}

function needsOne(oneof: DescOneof, { comments, role }: Scope): boolean {
  return role === "request" && requiredSentence.test(commentOf(oneof, comments) ?? "");
}

function describeField(field: DescField, scope: Scope): JsonObject {
  const { role, refer } = scope;
  switch (field.fieldKind) {
    case "message":
      return refer(field.message, role);
    case "scalar":
    case "enum": {
      const rules = role === "request" ? readRules(field) : undefined;
      return { ...describeSingle(field, scope, rules?.isFinite), ...rules?.narrowed };
    }
    case "list": {
      const rules = role === "request" ? readRules(field) : undefined;
      const { items: narrowedItems = {}, ...narrowed } = rules?.narrowed ?? {};
      const items = {
        ...describeSingle(field, scope, rules?.isFinite),
        ...toObject(narrowedItems),
      };
      return { type: "array", items, ...narrowed };
    }
    case "map":
      return {
        type: "object",
        ...describeKey(field.mapKey),
        additionalProperties: describeSingle(field, scope, false),
      };
  }
}

function toObject(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}

/** Describes one value of a field, an element of a list, or a value of a map. */
function describeSingle(
  { scalar, message, enum: named }: DescField,
  { role, refer }: Scope,
  isFinite: boolean | undefined,
): JsonObject {
  if (message !== undefined) return refer(message, role);
  if (named !== undefined) return schemaReference(named.typeName);
  if (scalar === undefined) return {};
  return isFinite === true ? { type: "number" } : describeScalar(scalar, role);
}

function describeEnum({ typeName, name, values }: DescEnum, comments: Comments): JsonObject {
  const meanings = values.map((value) => {
    const meaning = comments.get(`${typeName}.${value.name}`) ?? "";
    return `- \`${value.name}\`: ${meaning.replace(/\s+/g, " ").trim()}`;
  });
  return {
    title: name,
    ...describe(comments.get(typeName), meanings.join("\n")),
    type: "string",
    enum: values.map((value) => value.name),
  };
}
