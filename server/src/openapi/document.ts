import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { describeErrorAnswers, describeErrorSchemas, detailMessages } from "./error-answers.ts";
import { type DocumentedModel, exampleOfContract, exampleRequests } from "./examples.ts";
import {
  contractHeaders,
  genericHeaders,
  type OperationHeaders,
  requestHeaders,
} from "./headers.ts";
import { type Comments, describe, type JsonObject } from "./json.ts";
import { createMessageSchemas, type MessageSchemas } from "./message-schemas.ts";
import { readComments } from "./source-comments.ts";

/** What a server is described by. */
export interface OpenApiParts {
  /** The services that serve every model. Methods that stream are left out. */
  readonly services: readonly DescService[];
  /** The comments of those services and their messages. */
  readonly comments: Comments;
  /** The models, each with its own services and with examples. */
  readonly models: readonly DocumentedModel[];
}

/** A document of OpenAPI 3.1. */
export interface OpenApi {
  readonly openapi: "3.1.1";
  readonly info: JsonObject;
  readonly servers: readonly JsonObject[];
  readonly tags: readonly JsonObject[];
  /** The operations, by path and then by HTTP method. */
  readonly paths: Readonly<Record<string, { readonly post: JsonObject }>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonObject>>;
    readonly responses: Readonly<Record<string, JsonObject>>;
    readonly parameters: Readonly<Record<string, JsonObject>>;
  };
}

const introduction = `
Every method with one request and one answer, as a POST of JSON over [Connect](https://connectrpc.com).
The same port speaks gRPC, gRPC-Web and Connect with protobuf's binary form, and has the methods
that stream.

JSON is that of [protobuf](https://protobuf.dev/programming-guides/json/): a field that is left out, or
null, has its default; answers leave out fields that have theirs. Integers of 64 bits are text in
answers, and text or numbers in requests. Fields may also be named as in the contract
(\`routing_key\`). Fields that are not known are ignored.
`;

/** Describes everything that can be called with one request and one answer. */
export function createOpenApi({ services, comments, models }: OpenApiParts): OpenApi {
  const contracts = models.flatMap((model) =>
    model.contracts.map((documented) => ({
      model,
      documented,
      service: documented.contract.service,
      file: documented.contract.file,
    })),
  );
  const called: readonly CalledMethod[] = [
    ...services.flatMap(unaryMethods).map((method) => ({
      method,
      headers: genericHeaders,
      examples: exampleRequests(method.input, models),
    })),
    ...contracts.flatMap(({ service, documented, model }) =>
      unaryMethods(service).map((method) => ({
        method,
        headers: contractHeaders,
        examples: exampleOfContract(method.input, documented, model),
      })),
    ),
  ];
  const allComments = new Map([
    ...comments,
    ...contracts.flatMap(({ file }) => [...readComments(file)]),
  ]);
  const schemas = createMessageSchemas(
    {
      request: called.map(({ method }) => method.input),
      answer: [...called.map(({ method }) => method.output), ...detailMessages],
    },
    allComments,
  );
  const errors = describeErrorAnswers();
  const described = { schemas, comments: allComments, statuses: Object.keys(errors) };
  return {
    openapi: "3.1.1",
    info: { title: "Presage", version: "v1", ...describe(introduction) },
    servers: [{ url: "/" }],
    tags: [...services, ...contracts.map(({ service }) => service)].map(({ typeName }) => ({
      name: typeName,
      ...describe(allComments.get(typeName)),
    })),
    paths: Object.fromEntries(
      called.map((each) => [
        `/${each.method.parent.typeName}/${each.method.name}`,
        { post: describeOperation(each, described) },
      ]),
    ),
    components: {
      schemas: { ...schemas.byName, ...describeErrorSchemas(schemas) },
      responses: errors,
      parameters: requestHeaders,
    },
  };
}

/** A method that can be called, with what it has beside its messages. */
interface CalledMethod {
  readonly method: DescMethod;
  readonly headers: OperationHeaders;
  readonly examples: JsonObject;
}

/** OpenAPI has no operations that stream. */
function unaryMethods({ methods }: DescService): readonly DescMethod[] {
  return methods.filter(({ methodKind }) => methodKind === "unary");
}

/** What operations are described by. */
interface Described {
  readonly schemas: MessageSchemas;
  readonly comments: Comments;
  /** The statuses of calls that fail. */
  readonly statuses: readonly string[];
}

function describeOperation(
  { method, headers, examples }: CalledMethod,
  { schemas, comments, statuses }: Described,
): JsonObject {
  const name = `${method.parent.typeName}.${method.name}`;
  const request = { schema: schemas.refer(method.input, "request"), ...examples };
  const answer = { schema: schemas.refer(method.output, "answer") };
  const refer = (kind: string, key: string): JsonObject => ({
    $ref: `#/components/${kind}/${key}`,
  });
  return {
    operationId: name,
    tags: [method.parent.typeName],
    summary: method.name,
    ...describe(comments.get(name)),
    parameters: headers.request.map((header) => refer("parameters", header)),
    requestBody: { required: true, content: { "application/json": request } },
    responses: {
      200: {
        description: "The answer.",
        headers: headers.answer,
        content: { "application/json": answer },
      },
      ...Object.fromEntries(statuses.map((status) => [status, refer("responses", status)])),
    },
  };
}
