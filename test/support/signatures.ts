import { type ModelManifest, ModelManifestSchema } from "@presage/gen/presage/v1/manifest_pb";
import { ServingError } from "../../server/src/core/errors.ts";
import type { Dimension, Signature, TensorSpec } from "../../server/src/core/signature.ts";
import type { DataType } from "../../server/src/core/tensor.ts";
import { readYamlMessage } from "../../server/src/documents/yaml-message.ts";
import { deriveSignature } from "../../server/src/signature/derive.ts";

/** The name, type and shape of an input or output. */
export function spec(name: string, dataType: DataType, ...shape: Dimension[]): TensorSpec {
  return { name, dataType, shape };
}

/** Reads a manifest that has no mistakes. */
export function manifestOf(yaml: string): ModelManifest {
  const read = readYamlMessage(ModelManifestSchema, yaml);
  if (read.kind === "invalid") throw new Error(read.problems.join("\n"));
  return read.message;
}

/** What a test says of a model. */
export interface SignatureParts {
  readonly inputs: readonly TensorSpec[];
  /** @default [] */
  readonly outputs?: readonly TensorSpec[];
  /** The text of the manifest. @default none */
  readonly manifest?: string;
}

/** Derives a signature that has no mistakes. */
export function signatureOf({ inputs, outputs = [], manifest }: SignatureParts): Signature {
  const read = manifest === undefined ? undefined : manifestOf(manifest);
  const derived = deriveSignature({ inputs, outputs }, read);
  if (derived.kind === "invalid") throw new Error(derived.problems.join("\n"));
  return derived.signature;
}

/** Returns the ServingError that a step throws; fails if it throws none. */
export function failureOf(step: () => unknown): ServingError {
  try {
    step();
  } catch (error) {
    if (error instanceof ServingError) return error;
    throw error;
  }
  throw new Error("the step threw nothing");
}

/** Returns the violations that a step throws, each as `field: description`. */
export function violationsOf(step: () => unknown): readonly string[] {
  return failureOf(step).violations.map(({ field, description }) => `${field}: ${description}`);
}
