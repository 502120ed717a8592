import { create, createFileRegistry, type DescService, fromBinary } from "@bufbuild/protobuf";
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { ServerReflection } from "@presage/gen/grpc/reflection/v1/reflection_pb";
import { type Model, ModelService } from "@presage/gen/presage/v1/model_pb";
import { PresageError } from "@presage/sdk/node";

/** A contract, as a running server describes it. */
export interface PulledContract {
  readonly model: string;
  readonly service: DescService;
  /** True for the contract of the version that `stable` names, or else the model's newest one. */
  readonly isUsual: boolean;
  /** The labels of the model's classes, in the manifest's order; empty if it has none. */
  readonly labels: readonly string[];
}

/** The contracts of a server. */
export interface PulledContracts {
  /** Sorted by model, then by number. */
  readonly contracts: readonly PulledContract[];
  /** Every file that they need, each after those that it imports. */
  readonly files: readonly FileDescriptorProto[];
  /** Why models that were not named have no contract. */
  readonly problems: readonly string[];
}

const timeoutMs = 30_000;

/**
 * Asks a server for the contracts of its models, or only of those named. Rejects
 * with an Error that says what to do.
 */
export async function pullContracts(
  url: string,
  wanted: readonly string[],
): Promise<PulledContracts> {
  const transport = createGrpcTransport({ baseUrl: url, defaultTimeoutMs: timeoutMs });
  const explain = (what: string, thrown: unknown): Error =>
    new Error(`${what}: ${explainFailure(url, thrown)}`, { cause: thrown });

  const listModels = async (): Promise<readonly Model[]> => {
    try {
      return (await createClient(ModelService, transport).listModels({})).models;
    } catch (error) {
      throw explain("cannot list the models", error);
    }
  };
  const { models, problems } = pickModels(await listModels(), wanted);
  const services = models.flatMap((model) => model.services);
  const files = await pullFiles(services).catch((error: unknown) => {
    throw explain("cannot read the contracts by server reflection", error);
  });
  const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: [...files] }));
  const contracts = models.flatMap((model) => {
    const usual = usualService(model);
    return model.services.map((name) => {
      const service = registry.getService(name);
      if (service === undefined) throw new Error(`${url} describes no ${name}; run it again`);
      const labels = labelsOf(model, name);
      return { model: model.name, service, isUsual: name === usual, labels };
    });
  });
  return { contracts, files, problems };

  async function pullFiles(names: readonly string[]): Promise<readonly FileDescriptorProto[]> {
    const found = new Map<string, FileDescriptorProto>();
    const answers = createClient(ServerReflection, transport).serverReflectionInfo(
      questions(names),
    );
    for await (const { messageResponse: answer } of answers) {
      if (answer.case === "errorResponse")
        throw new ConnectError(answer.value.errorMessage, Code.NotFound);
      if (answer.case !== "fileDescriptorResponse") continue;
      for (const bytes of answer.value.fileDescriptorProto) {
        const file = fromBinary(FileDescriptorProtoSchema, bytes);
        found.set(file.name, file);
      }
    }
    return sortFiles(found);
  }
}

async function* questions(names: readonly string[]): AsyncGenerator<{
  messageRequest: { case: "fileContainingSymbol"; value: string };
}> {
  for (const value of names) yield { messageRequest: { case: "fileContainingSymbol", value } };
}

/** Puts each file after those that it imports. */
function sortFiles(
  files: ReadonlyMap<string, FileDescriptorProto>,
): readonly FileDescriptorProto[] {
  const sorted = new Set<FileDescriptorProto>();
  const visit = (file: FileDescriptorProto | undefined): void => {
    if (file === undefined || sorted.has(file)) return;
    for (const name of file.dependency) visit(files.get(name));
    sorted.add(file);
  };
  for (const file of files.values()) visit(file);
  return [...sorted];
}

function pickModels(
  models: readonly Model[],
  wanted: readonly string[],
): { readonly models: readonly Model[]; readonly problems: readonly string[] } {
  const names = models.map(({ name }) => name);
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new Error(
      `the server has no model ${unknown.join(", ")}: it has ${names.join(", ") || "none"}`,
    );
  const picked = models.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const problems = picked
    .filter(({ services }) => services.length === 0)
    .map(
      ({ name, contractProblem }) =>
        `${name} has no contract: ${contractProblem || "none of its versions is READY"}`,
    );
  if (wanted.length > 0 && problems.length > 0) throw new Error(problems.join("\n"));
  const served = picked.filter(({ services }) => services.length > 0);
  if (served.length === 0)
    throw new Error(["the server serves no contract", ...problems].join("\n"));
  return { models: served, problems };
}

/** The service of the version that `stable` names, or else of the newest version that has one. */
function usualService({ versions, aliases }: Model): string | undefined {
  const serving = versions.filter(({ service }) => service !== "");
  const stable = serving.find(({ version }) => version === aliases["stable"]);
  return (stable ?? serving.at(-1))?.service;
}

/** The labels of the version that serves a contract; the newest one knows all classes. */
function labelsOf({ versions }: Model, service: string): readonly string[] {
  const serving = versions.findLast((version) => version.service === service);
  return serving?.signature?.classes.map(({ label }) => label) ?? [];
}

function explainFailure(url: string, thrown: unknown): string {
  const { code, reason, message } = PresageError.from(thrown);
  if (code === "unimplemented")
    return `${url} has no such service; is it a Presage server that serves contracts?`;
  const hint = reason === "SERVER_UNREACHABLE" ? "; is it running? (presage serve <dir>)" : "";
  return message + hint;
}
