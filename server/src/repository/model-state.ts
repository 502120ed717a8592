import { type ModelManifest, Task } from "@presage/gen/presage/v1/manifest_pb";
import { valueFromProto } from "../codecs/value.ts";
import type { Signature } from "../core/signature.ts";
import type { Value } from "../core/value.ts";
import type { VersionLife, VersionStatus } from "./lifecycle.ts";
import type { FoundModel } from "./source.ts";

/** The kind of question that a model answers. */
export type ModelTask = "binary" | "multiclass" | "regression" | "other";

/** A model as it stands at one moment. */
export interface ModelState {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly task: ModelTask;
  readonly aliases: ReadonlyMap<string, bigint>;
  /** What is wrong with the model as a whole; empty if nothing is. */
  readonly problem: string;
  /** A row that the model takes: the first of its golden examples. */
  readonly example: Value | undefined;
  /** The versions, ascending. */
  readonly versions: readonly VersionSummary[];
}

/** A version as it stands at one moment. */
export interface VersionSummary {
  readonly version: bigint;
  readonly status: VersionStatus;
  readonly isReady: boolean;
  readonly signature: Signature | undefined;
}

/** What a model's state is read from. */
export interface DescribedModel {
  readonly found: FoundModel;
  readonly manifest: ModelManifest | undefined;
  readonly problems: readonly string[];
  readonly versions: ReadonlyMap<bigint, VersionLife>;
}

/** Reads a model's state now. */
export function describeModel(model: DescribedModel): ModelState {
  const { found, manifest, problems } = model;
  return {
    name: found.name,
    displayName: manifest?.displayName || found.name,
    description: manifest?.description ?? "",
    task: readTask(manifest?.task ?? Task.UNSPECIFIED),
    aliases: new Map(Object.entries(manifest?.aliases ?? {})),
    problem: problems.join("; "),
    example: readExample(manifest),
    versions: [...model.versions].map(([version, { status, signature }]) => ({
      version,
      status,
      isReady: status.state === "ready",
      signature,
    })),
  };
}

function readExample(manifest: ModelManifest | undefined): Value | undefined {
  const row = manifest?.golden.find(({ rows }) => rows.length > 0)?.rows[0];
  return row === undefined ? undefined : valueFromProto(row);
}

function readTask(task: Task): ModelTask {
  switch (task) {
    case Task.BINARY:
      return "binary";
    case Task.MULTICLASS:
      return "multiclass";
    case Task.REGRESSION:
      return "regression";
    case Task.UNSPECIFIED:
    case Task.OTHER:
      return "other";
  }
}
