/**
 * A plugin of `buf generate` that writes a JSON Schema of each message that
 * people write as YAML, so that editors can complete and check those files.
 */
import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { createEcmaScriptPlugin, getComments, runNodeJs, type Schema } from "@bufbuild/protoplugin";

type Json = Record<string, unknown>;

/** The messages that are documents, with the names of their schemas. */
const documents: Readonly<Record<string, string>> = {
  "presage.v1.ModelManifest": "model-manifest",
  "presage.v1.ServerConfig": "server-config",
};

function generate(schema: Schema): void {
  for (const message of schema.files.flatMap((file) => file.messages)) {
    const name = documents[message.typeName];
    if (name === undefined) continue;
    const file = schema.generateFile(`${name}.schema.json`);
    file.print(JSON.stringify(describeDocument(message), undefined, 2));
  }
}

function describeDocument(root: DescMessage): Json {
  const definitions: Record<string, Json> = {};
  const pending = [root];
  for (const message of pending) {
    if (message.name in definitions) continue;
    definitions[message.name] = describeMessage(message);
    for (const { message: inner } of message.fields) {
      if (inner !== undefined && wellKnown[inner.typeName] === undefined) pending.push(inner);
    }
  }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: root.name,
    $ref: `#/$defs/${root.name}`,
    $defs: definitions,
  };
}

function describeMessage(message: DescMessage): Json {
  const fields = message.fields.map((field) => [
    field.jsonName,
    { description: commentOf(field), ...describeField(field) },
  ]);
  return {
    description: commentOf(message),
    type: "object",
    additionalProperties: false,
    properties: Object.fromEntries(fields),
  };
}

function describeField(field: DescField): Json {
  switch (field.fieldKind) {
    case "scalar":
      return scalars[field.scalar] ?? {};
    case "enum": {
      const prefix = field.enum.sharedPrefix?.length ?? 0;
      const values = field.enum.values.filter(({ number }) => number !== 0);
      return { enum: values.map(({ name }) => name.slice(prefix).toLowerCase()) };
    }
    case "message":
      return describeReference(field.message);
    case "list":
      return {
        type: "array",
        items: field.message === undefined ? describeItem(field) : describeReference(field.message),
      };
    case "map":
      return {
        type: "object",
        additionalProperties: field.mapKind === "scalar" ? (scalars[field.scalar] ?? {}) : {},
      };
  }
}

function describeItem(field: DescField): Json {
  return field.scalar === undefined ? {} : (scalars[field.scalar] ?? {});
}

function describeReference(message: DescMessage): Json {
  return wellKnown[message.typeName] ?? { $ref: `#/$defs/${message.name}` };
}

const wellKnown: Readonly<Record<string, Json>> = {
  "google.protobuf.Value": {},
  "google.protobuf.Duration": { type: "string", pattern: String.raw`^\d+(\.\d+)?s$` },
};

const integer: Json = { type: "integer" };
const natural: Json = { type: "integer", minimum: 0 };
const wide: Json = { type: ["integer", "string"], pattern: String.raw`^-?\d+$` };
const numeric: Json = { type: "number" };

const scalars: Readonly<Partial<Record<ScalarType, Json>>> = {
  [ScalarType.STRING]: { type: "string" },
  [ScalarType.BYTES]: { type: "string", contentEncoding: "base64" },
  [ScalarType.BOOL]: { type: "boolean" },
  [ScalarType.INT32]: integer,
  [ScalarType.UINT32]: natural,
  [ScalarType.INT64]: wide,
  [ScalarType.UINT64]: wide,
  [ScalarType.FLOAT]: numeric,
  [ScalarType.DOUBLE]: numeric,
};

function commentOf(desc: DescField | DescMessage): string {
  const { leading = "" } = getComments(desc);
  return leading.replace(/\s+/g, " ").trim();
}

runNodeJs(
  createEcmaScriptPlugin({
    name: "json-schema",
    version: "v1",
    generateTs: generate,
    generateJs: generate,
    generateDts: () => undefined,
  }),
);
