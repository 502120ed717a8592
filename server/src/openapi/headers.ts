import { typedHeaders } from "../services/typed-headers.ts";
import type { JsonObject } from "./json.ts";

/** The headers of an operation. */
export interface OperationHeaders {
  /** The names of those that a request may have. */
  readonly request: readonly string[];
  /** Those that its answer has, by name. */
  readonly answer: JsonObject;
}

/** The headers that requests may have, as parameters, by name. */
export const requestHeaders: Readonly<Record<string, JsonObject>> = {
  "connect-protocol-version": header("connect-protocol-version", {
    description: "The version of Connect's protocol.",
    schema: { const: "1" },
  }),
  "connect-timeout-ms": header("connect-timeout-ms", {
    description: "The call's deadline, in milliseconds from now. Default: none.",
    schema: { type: "integer", minimum: 0, maximum: 9_999_999_999 },
  }),
  priority: header("priority", {
    description:
      "How urgent the call is, as RFC 9218 has it: from `u=0`, the most urgent, to `u=7`. Default: `u=3`.",
    schema: { type: "string", pattern: "^u=[0-7]$" },
  }),
  [typedHeaders.version]: header(typedHeaders.version, {
    description:
      "The version: a number (`2`) or an alias (`stable`). Default: the version that the model's routing picks.",
    schema: { type: "string", pattern: "^[!-~]*$" },
  }),
};

/** The headers of services that serve every model. */
export const genericHeaders: OperationHeaders = {
  request: ["connect-protocol-version", "connect-timeout-ms", "priority"],
  answer: {},
};

/** The headers of a model's own service: its messages have no room for more than the model's values. */
export const contractHeaders: OperationHeaders = {
  request: [...genericHeaders.request, typedHeaders.version],
  answer: {
    [typedHeaders.modelVersion]: {
      description: "The number of the version that answered.",
      schema: { type: "string", pattern: "^[0-9]+$" },
    },
    [typedHeaders.predictionId]: {
      description:
        "Names this prediction, for Feedback. It is left out where it is too long for a header.",
      schema: { type: "string" },
    },
  },
};

function header(name: string, facts: JsonObject): JsonObject {
  return { name, in: "header", ...facts };
}
