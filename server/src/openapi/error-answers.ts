import type { DescMessage } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { codeToHttpStatus, codeToString } from "@connectrpc/connect/protocol-connect";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from "@presage/gen/google/rpc/error_details_pb";
import { errorCatalogue } from "../core/errors.ts";
import { toStatusCode } from "../services/errors.ts";
import type { JsonObject } from "./json.ts";
import { type MessageSchemas, schemaReference } from "./message-schemas.ts";

/** The messages that tell a program what is wrong, with what each says. */
const details: readonly (readonly [message: DescMessage, description: string])[] = [
  [ErrorInfoSchema, "The reason, whose name does not change."],
  [BadRequestSchema, "Every field that does not fit."],
  [RetryInfoSchema, "After how long a retry may help."],
];

/** The messages that details of errors are. */
export const detailMessages: readonly DescMessage[] = details.map(([message]) => message);

/** Why a call fails with one status. */
interface Failure {
  readonly codes: Set<Code>;
  readonly causes: string[];
}

/** What fails before a method is reached, and is told in Connect's form all the same. */
const protocolFailures: readonly (readonly [status: number, code: Code, cause: string])[] = [
  [400, Code.InvalidArgument, "A header of the protocol is malformed; there are no details then."],
  [404, Code.Unimplemented, "There is no such method any more; there are no details then."],
  [501, Code.Unimplemented, "The request is compressed in a way that the server does not know."],
];

/** What the HTTP server answers itself, without a body. */
const bareAnswers: Readonly<Record<number, string>> = {
  408: "The request did not come whole in time (`timeouts.request`).",
  415: "The content type is none of Connect's, gRPC's or gRPC-Web's.",
  431: "The request's headers are too large.",
};

/** Describes the answers of calls that fail, by their HTTP statuses. */
export function describeErrorAnswers(): Readonly<Record<string, JsonObject>> {
  const failures = new Map<number, Failure>();
  const add = (status: number, code: Code, cause: string): void => {
    const failure = failures.get(status) ?? { codes: new Set(), causes: [] };
    failure.codes.add(code);
    failure.causes.push(cause);
    failures.set(status, failure);
  };
  for (const [reason, { code, meaning }] of Object.entries(errorCatalogue)) {
    const status = toStatusCode(code);
    add(codeToHttpStatus(status), status, `\`${reason}\`: ${meaning}`);
  }
  for (const failure of protocolFailures) add(...failure);
  return Object.fromEntries([
    ...[...failures].map(([status, failure]) => [status, describeFailure(failure)]),
    ...Object.entries(bareAnswers).map(([status, description]) => [status, { description }]),
  ]);
}

function describeFailure({ codes, causes }: Failure): JsonObject {
  const names = [...codes].map(codeToString);
  const schema = { ...schemaReference("connect.Error"), properties: { code: { enum: names } } };
  return {
    description: causes.map((cause) => `- ${cause}`).join("\n"),
    content: { "application/json": { schema } },
  };
}

/** Describes errors as Connect writes them. */
export function describeErrorSchemas({
  refer,
}: Pick<MessageSchemas, "refer">): Readonly<Record<string, JsonObject>> {
  const base64 = { type: "string", contentEncoding: "base64" };
  return {
    "connect.Error": {
      title: "Error",
      description: "How a call failed.",
      type: "object",
      properties: {
        code: { description: "The kind of failure, as Connect names it.", type: "string" },
        message: { description: "What happened, for people.", type: "string" },
        details: {
          description: "What happened, for programs.",
          type: "array",
          items: schemaReference("connect.ErrorDetail"),
        },
      },
      required: ["code"],
    },
    "connect.ErrorDetail": {
      title: "ErrorDetail",
      oneOf: details.map(([message, description]) => ({
        title: message.name,
        description,
        type: "object",
        properties: {
          type: { description: "The name of the message.", const: message.typeName },
          value: { description: "The message in protobuf, without padding.", ...base64 },
          debug: { description: "The message in JSON.", ...refer(message, "answer") },
        },
        required: ["type", "value"],
      })),
    },
  };
}
