import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { durationMs } from "@bufbuild/protobuf/wkt";
import type { ModelManifest } from "@presage/gen/presage/v1/manifest_pb";
import type { Signature } from "../core/signature.ts";
import {
  checkDriftOptions,
  type DriftOptions,
  defaultDriftOptions,
} from "../quality/drift/options.ts";
import type { Reference } from "../quality/drift/reference.ts";
import { readReference } from "../quality/drift/reference-reader.ts";
import { watchColumns } from "../quality/drift/watched-column.ts";

/** What a version's inputs and answers are compared with, and when they count as having moved. */
export interface DriftSettings {
  readonly options: DriftOptions;
  /** The reference beside the version's file; undefined if there is none. */
  readonly reference: Reference | undefined;
}

/** Settings, or everything that is wrong with what they come from. */
export type ReadDriftSettings =
  | { readonly kind: "ok"; readonly settings: DriftSettings }
  | { readonly kind: "invalid"; readonly problems: readonly string[] };

/** The file of a version's reference, in its directory. */
export const referenceFile = "reference.json";

/** Reads a version's drift settings from the manifest, and its reference from its directory. */
export async function readDriftSettings(
  directory: string,
  signature: Signature,
  manifest: ModelManifest | undefined,
): Promise<ReadDriftSettings> {
  const options = optionsOf(manifest);
  const problems = checkDriftOptions(options).map((problem) => `model.yaml: ${problem}`);
  let reference: Reference | undefined;
  const text = await readIfThere(join(directory, referenceFile));
  if (text !== undefined) {
    const read = readReference(text, watchColumns(signature));
    if (read.kind === "ok") reference = read.reference;
    else problems.push(...read.problems.map((problem) => `${referenceFile}: ${problem}`));
  }
  if (problems.length > 0) return { kind: "invalid", problems };
  return { kind: "ok", settings: { options, reference } };
}

function optionsOf(manifest: ModelManifest | undefined): DriftOptions {
  const { psi, significance, minRows, window, referenceRows } = manifest?.drift ?? {};
  return {
    psi: psi ?? defaultDriftOptions.psi,
    significance: significance ?? defaultDriftOptions.significance,
    minRows: minRows ?? defaultDriftOptions.minRows,
    windowMs: window === undefined ? defaultDriftOptions.windowMs : durationMs(window),
    referenceRows: referenceRows ?? defaultDriftOptions.referenceRows,
  };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
