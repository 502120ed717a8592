import {
  type DescField,
  type DescMessage,
  type JsonObject,
  type JsonValue,
  ScalarType,
} from "@bufbuild/protobuf";
import { ServerConfigSchema } from "@presage/gen/presage/v1/config_pb";

/** A setting that an environment variable makes. */
export interface EnvironmentSetting {
  /** The variable's name. */
  readonly variable: string;
  /** The setting, in the shape of a ServerConfig. */
  readonly config: JsonObject;
}

const prefix = "PRESAGE";

/**
 * Reads the settings of the environment. Each field of ServerConfig has a
 * variable: `limits.maxRequestBytes` is `PRESAGE_LIMITS_MAX_REQUEST_BYTES`;
 * lists are separated by commas, and yes or no is `true` or `false`. `MODEL_DIR` sets `models`, unless
 * `PRESAGE_MODELS` does. Empty variables are not set.
 */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): readonly EnvironmentSetting[] {
  const models: Variable = { variable: "MODEL_DIR", path: ["models"], kind: "text" };
  return [models, ...listVariables()].flatMap(({ variable, path, kind }) => {
    const text = environment[variable];
    if (text === undefined || text === "") return [];
    return [{ variable, config: nest(path, readValue(text, kind)) }];
  });
}

interface Variable {
  readonly variable: string;
  readonly path: readonly string[];
  readonly kind: "text" | "list" | "bool";
}

/** Lists the variable of every field of ServerConfig. */
export function listVariables(): readonly Variable[] {
  return variablesOf(ServerConfigSchema, []);
}

function variablesOf(schema: DescMessage, above: readonly DescField[]): readonly Variable[] {
  return schema.fields.flatMap((field) => {
    const fields = [...above, field];
    if (field.message !== undefined && field.message.file === ServerConfigSchema.file) {
      return variablesOf(field.message, fields);
    }
    return [
      {
        variable: [prefix, ...fields.map((each) => each.name.toUpperCase())].join("_"),
        path: fields.map((each) => each.jsonName),
        kind: kindOf(field),
      },
    ];
  });
}

function kindOf(field: DescField): Variable["kind"] {
  if (field.fieldKind === "list") return "list";
  return field.scalar === ScalarType.BOOL ? "bool" : "text";
}

/** JSON takes numbers as texts, but no lists and no yes or no. */
function readValue(text: string, kind: Variable["kind"]): JsonValue {
  if (kind === "list") return text.split(",").map((item) => item.trim());
  return kind === "bool" && (text === "true" || text === "false") ? text === "true" : text;
}

function nest(path: readonly string[], value: JsonValue): JsonObject {
  const [name = "", ...rest] = path;
  return { [name]: rest.length === 0 ? value : nest(rest, value) };
}
