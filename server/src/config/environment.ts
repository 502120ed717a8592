import type { DescField, DescMessage, JsonObject, JsonValue } from "@bufbuild/protobuf";
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
 * lists are separated by commas. `MODEL_DIR` sets `models`, unless
 * `PRESAGE_MODELS` does. Empty variables are not set.
 */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): readonly EnvironmentSetting[] {
  const known = [{ variable: "MODEL_DIR", path: ["models"], isList: false }, ...listVariables()];
  return known.flatMap(({ variable, path, isList }) => {
    const text = environment[variable];
    if (text === undefined || text === "") return [];
    const value: JsonValue = isList ? text.split(",").map((item) => item.trim()) : text;
    return [{ variable, config: nest(path, value) }];
  });
}

interface Variable {
  readonly variable: string;
  readonly path: readonly string[];
  readonly isList: boolean;
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
        isList: field.fieldKind === "list",
      },
    ];
  });
}

function nest(path: readonly string[], value: JsonValue): JsonObject {
  const [name = "", ...rest] = path;
  return { [name]: rest.length === 0 ? value : nest(rest, value) };
}
