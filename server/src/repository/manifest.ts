import { durationMs } from "@bufbuild/protobuf/wkt";
import { type ModelManifest, ModelManifestSchema } from "@presage/gen/presage/v1/manifest_pb";
import { readYamlMessage } from "../documents/yaml-message.ts";
import { checkEngine } from "./engine-file.ts";
import type { FoundModel } from "./source.ts";

/** A model's manifest, or everything that is wrong with it. */
export type ReadManifest =
  | { readonly kind: "ok"; readonly manifest: ModelManifest | undefined }
  | { readonly kind: "invalid"; readonly problems: readonly string[] };

const decimal = /^\d+$/;

/** Reads and checks a model's manifest, as far as that needs no model file. */
export function readManifest(model: FoundModel): ReadManifest {
  if (model.manifest === undefined) return { kind: "ok", manifest: undefined };
  const read = readYamlMessage(ModelManifestSchema, model.manifest);
  if (read.kind === "invalid") return read;
  const problems = [
    ...checkAliases(read.message, model),
    ...checkGolden(read.message, model),
    ...checkEngine(read.message),
    ...checkBatching(read.message),
  ];
  return problems.length > 0
    ? { kind: "invalid", problems }
    : { kind: "ok", manifest: read.message };
}

function checkBatching({ batching }: ModelManifest): readonly string[] {
  const problems: string[] = [];
  if (batching?.maxBatchSize === 0)
    problems.push("batching.maxBatchSize: expected at least 1, got 0");
  if (batching?.maxWait !== undefined && durationMs(batching.maxWait) <= 0)
    problems.push("batching.maxWait: expected more than 0s");
  return problems;
}

function checkAliases({ aliases }: ModelManifest, model: FoundModel): readonly string[] {
  return Object.entries(aliases).flatMap(([alias, version]) => {
    if (alias === "") return ["aliases: an alias may not be empty"];
    if (decimal.test(alias)) return [`aliases.${alias}: an alias may not be a number`];
    return hasVersion(model, version)
      ? []
      : [`aliases.${alias}: the model has no version ${version}`];
  });
}

function checkGolden({ golden }: ModelManifest, model: FoundModel): readonly string[] {
  return golden.flatMap((example, index) => {
    const path = `golden[${index}]`;
    const problems: string[] = [];
    for (const version of example.versions) {
      if (!hasVersion(model, version))
        problems.push(`${path}.versions: the model has no version ${version}`);
    }
    const { rows, tensors, expectRows, expectTensors } = example;
    if (rows.length > 0 === tensors.length > 0) {
      problems.push(`${path}: expected either rows or tensors`);
    } else if (rows.length > 0 && expectRows.length !== rows.length) {
      problems.push(
        `${path}.expectRows: expected ${rows.length}, one for each row, got ${expectRows.length}`,
      );
    } else if (tensors.length > 0 && expectTensors.length === 0) {
      problems.push(`${path}.expectTensors: required with tensors`);
    }
    return problems;
  });
}

function hasVersion(model: FoundModel, version: bigint): boolean {
  return model.versions.some((each) => each.version === version);
}
