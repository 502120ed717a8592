import { type DescFile, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import type { ServerReflectionRequest } from "@presage/gen/grpc/reflection/v1/reflection_pb";
import type { ServerReflectionRequest as AlphaRequest } from "@presage/gen/grpc/reflection/v1alpha/reflection_pb";
import { type Readiness, untilDraining } from "../core/readiness.ts";
import type { ServiceDirectory } from "./service-directory.ts";

/** What the reflection service tells of. */
export interface ReflectionParts {
  /** The services that are served, and the files that define them; imports are followed. */
  readonly directory: Pick<ServiceDirectory, "names" | "files">;
  readonly readiness: Readiness;
}

/** The body of an answer, the same in both versions of the protocol. */
type Answer =
  | { case: "fileDescriptorResponse"; value: { fileDescriptorProto: Uint8Array[] } }
  | {
      case: "allExtensionNumbersResponse";
      value: { baseTypeName: string; extensionNumber: number[] };
    }
  | { case: "listServicesResponse"; value: { service: { name: string }[] } }
  | { case: "errorResponse"; value: { errorCode: number; errorMessage: string } };

/** One answer of a reflection stream. */
export interface ReflectionResponse<Request> {
  validHost: string;
  originalRequest: Request;
  messageResponse: Answer;
}

/** The implementation of `ServerReflectionInfo`, for both versions of the protocol. */
export interface ReflectionService {
  serverReflectionInfo<Request extends ServerReflectionRequest | AlphaRequest>(
    requests: AsyncIterable<Request>,
  ): AsyncGenerator<ReflectionResponse<Request>>;
}

/**
 * Makes `grpc.reflection.v1.ServerReflection`, and `v1alpha`, which has the
 * same messages under another name.
 */
export function createReflectionService(parts: ReflectionParts): ReflectionService {
  const { directory } = parts;
  let indexed = directory.files;
  let latest = indexFiles(indexed);
  const currentIndex = (): FileIndex => {
    if (indexed !== directory.files) {
      indexed = directory.files;
      latest = indexFiles(indexed);
    }
    return latest;
  };

  const answerFile = (file: DescFile | undefined, wanted: string): Answer => {
    if (file === undefined) return notFound(wanted);
    const files = withImports(file).map((each) => toBinary(FileDescriptorProtoSchema, each.proto));
    return { case: "fileDescriptorResponse", value: { fileDescriptorProto: files } };
  };

  const answer = ({ messageRequest }: ServerReflectionRequest | AlphaRequest): Answer => {
    const index = currentIndex();
    switch (messageRequest.case) {
      case "fileByFilename":
        return answerFile(index.byName.get(messageRequest.value), messageRequest.value);
      case "fileContainingSymbol":
        return answerFile(index.bySymbol.get(messageRequest.value), messageRequest.value);
      case "fileContainingExtension": {
        const { containingType, extensionNumber } = messageRequest.value;
        return answerFile(
          index.extensions.get(containingType)?.get(extensionNumber),
          `extension ${extensionNumber} of ${containingType}`,
        );
      }
      case "allExtensionNumbersOfType":
        if (!index.bySymbol.has(messageRequest.value)) return notFound(messageRequest.value);
        return {
          case: "allExtensionNumbersResponse",
          value: {
            baseTypeName: messageRequest.value,
            extensionNumber: [...(index.extensions.get(messageRequest.value)?.keys() ?? [])],
          },
        };
      case "listServices":
        return {
          case: "listServicesResponse",
          value: { service: directory.names.toSorted().map((name) => ({ name })) },
        };
      case undefined:
        return {
          case: "errorResponse",
          value: { errorCode: Code.InvalidArgument, errorMessage: "messageRequest: required" },
        };
    }
  };

  return {
    async *serverReflectionInfo(requests) {
      // A client may keep its stream open for as long as it lives; a server that stops ends it.
      for await (const request of untilDraining(requests, parts.readiness)) {
        yield {
          validHost: request.host,
          originalRequest: request,
          messageResponse: answer(request),
        };
      }
    },
  };
}

function notFound(wanted: string): Answer {
  return {
    case: "errorResponse",
    value: { errorCode: Code.NotFound, errorMessage: `not found: ${wanted}` },
  };
}

interface FileIndex {
  readonly byName: ReadonlyMap<string, DescFile>;
  readonly bySymbol: ReadonlyMap<string, DescFile>;
  /** The files of the extensions of each message, by number. */
  readonly extensions: ReadonlyMap<string, ReadonlyMap<number, DescFile>>;
}

function indexFiles(roots: readonly DescFile[]): FileIndex {
  const files = new Set(roots.flatMap(withImports));
  const bySymbol = new Map<string, DescFile>();
  for (const file of files) {
    for (const symbol of symbolsOf(file)) bySymbol.set(symbol, file);
  }
  const byName = new Map([...files].map((file) => [file.proto.name, file]));
  return { byName, bySymbol, extensions: indexExtensions(files) };
}

function indexExtensions(files: Iterable<DescFile>): FileIndex["extensions"] {
  const index = new Map<string, Map<number, DescFile>>();
  for (const file of files) {
    for (const { extendee, number } of file.extensions) {
      const numbers = index.get(extendee.typeName) ?? new Map<number, DescFile>();
      index.set(extendee.typeName, numbers.set(number, file));
    }
  }
  return index;
}

/** A file, then everything that it imports. */
function withImports(file: DescFile): readonly DescFile[] {
  const found = new Set<DescFile>();
  const visit = (each: DescFile): void => {
    if (found.has(each)) return;
    found.add(each);
    each.dependencies.forEach(visit);
  };
  visit(file);
  return [...found];
}

function symbolsOf(file: DescFile): readonly string[] {
  const messages: string[] = [];
  const visit = (message: DescFile["messages"][number]): void => {
    messages.push(message.typeName, ...message.nestedEnums.map((each) => each.typeName));
    messages.push(...message.fields.map((field) => `${message.typeName}.${field.name}`));
    message.nestedMessages.forEach(visit);
  };
  file.messages.forEach(visit);
  const services = file.services.flatMap((service) => [
    service.typeName,
    ...service.methods.map((method) => `${service.typeName}.${method.name}`),
  ]);
  return [
    ...messages,
    ...file.enums.map((each) => each.typeName),
    ...services,
    ...file.extensions.map((each) => each.typeName),
  ];
}
