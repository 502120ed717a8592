import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ModelManifest } from "@presage/gen/presage/v1/manifest_pb";
import type { SignedVersion } from "../contracts/derive-all.ts";
import type { ContractLock } from "../contracts/lock.ts";
import { lockFile, readLock } from "../contracts/lock-file.ts";
import { createOnnxRuntime } from "../engine/runtimes/onnx.ts";
import { createDirectorySource } from "../repository/directory-source.ts";
import { readManifest } from "../repository/manifest.ts";
import type { FoundModel } from "../repository/source.ts";
import { deriveSignature } from "../signature/derive.ts";

/** A model of a directory, as far as its contracts need it. */
export interface ContractModel {
  readonly model: string;
  readonly versions: readonly SignedVersion[];
  readonly manifest: ModelManifest | undefined;
  readonly lock: ContractLock | undefined;
  /** Where its lock is, or is to be. */
  readonly lockPath: string;
  /** What could not be read, each with its version or file. */
  readonly problems: readonly string[];
}

/** Reads the models of a directory, or only those named. Rejects with an Error that says what cannot be found. */
export async function readContractModels(
  directory: string,
  names: readonly string[],
): Promise<readonly ContractModel[]> {
  const found = await createDirectorySource(directory).scan();
  const unknown = names.filter((name) => !found.some((model) => model.name === name));
  if (unknown.length > 0) throw new Error(`${directory} holds no model ${unknown.join(", ")}`);
  const wanted = found.filter(
    ({ name, versions }) => versions.length > 0 && (names.length === 0 || names.includes(name)),
  );
  if (wanted.length === 0)
    throw new Error(`${directory} holds no models: expected ${directory}/<model>/1/model.onnx`);
  const models: ContractModel[] = [];
  for (const model of wanted) models.push(await readModel(model));
  return models;
}

async function readModel(found: FoundModel): Promise<ContractModel> {
  const lockPath = join(dirname(found.versions[0]?.directory ?? ""), lockFile);
  const read = readManifest(found);
  const problems =
    read.kind === "invalid" ? read.problems.map((each) => `model.yaml: ${each}`) : [];
  const manifest = read.kind === "ok" ? read.manifest : undefined;
  const lock = await readLockFile(lockPath, problems);
  const versions: SignedVersion[] = [];
  const runtime = createOnnxRuntime();
  for (const { version, directory } of read.kind === "ok" ? found.versions : []) {
    try {
      const file = await runtime.load(join(directory, runtime.file));
      const derived = deriveSignature(file, manifest);
      await file.release();
      if (derived.kind === "ok") versions.push({ version, signature: derived.signature });
      else problems.push(...derived.problems.map((each) => `version ${version}: ${each}`));
    } catch (error) {
      problems.push(
        `version ${version}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  return { model: found.name, versions, manifest, lock, lockPath, problems };
}

async function readLockFile(path: string, problems: string[]): Promise<ContractLock | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  const read = readLock(text);
  if (read.kind === "ok") return read.lock;
  problems.push(...read.problems);
  return undefined;
}
