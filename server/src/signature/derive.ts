import type { ModelManifest } from "@presage/gen/presage/v1/manifest_pb";
import type { Dimension, Signature, TensorSpec } from "../core/signature.ts";
import { deriveClasses } from "./classes.ts";
import { deriveFeatures } from "./features.ts";

/** What a model's file says of itself. */
export interface FileSpec {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/** A signature, or everything that keeps a file and a manifest from making one. */
export type Derivation =
  | { readonly kind: "ok"; readonly signature: Signature }
  | { readonly kind: "invalid"; readonly problems: readonly string[] };

/** The name of the dimension that counts rows. */
export const rowsDimension = "rows";

/**
 * Derives the signature of a version from what its file says and what the
 * model's manifest, if there is one, adds.
 */
export function deriveSignature(file: FileSpec, manifest: ModelManifest | undefined): Derivation {
  const problems: string[] = [];
  const rowAxis = hasRowAxis(file.inputs);
  const inputs = file.inputs.map((spec) => nameDimensions(spec, rowAxis));
  const outputs = file.outputs.map((spec) => nameDimensions(spec, rowAxis));
  const laidOut = deriveFeatures({ inputs, rowAxis, manifest, problems });
  const classes = deriveClasses(outputs, manifest, problems);
  if (problems.length > 0) return { kind: "invalid", problems };
  const fixedRows = rowAxis && inputs.some((input) => input.shape[0] === 1);
  return {
    kind: "ok",
    signature: {
      inputs: laidOut.inputs,
      outputs,
      features: laidOut.features,
      classes,
      rowAxis,
      maxRows: rowAxis && !fixedRows ? Number.POSITIVE_INFINITY : 1,
    },
  };
}

/** Rows are counted by the first dimension if every input leaves it open, under one name, or fixes it at 1. */
function hasRowAxis(inputs: readonly TensorSpec[]): boolean {
  const first = inputs.map((input) => input.shape[0]);
  const names = new Set(first.filter((dimension) => dimension !== 1 && dimension !== ""));
  const counts = (dimension: Dimension | undefined): boolean =>
    typeof dimension === "string" || dimension === 1;
  return inputs.length > 0 && first.every(counts) && names.size <= 1;
}

function nameDimensions(spec: TensorSpec, rowAxis: boolean): TensorSpec {
  const shape = spec.shape.map((dimension, axis): Dimension => {
    if (typeof dimension === "number") return dimension;
    if (axis === 0 && rowAxis) return rowsDimension;
    // A file may call any dimension as it likes, but here only the first one counts rows.
    const isUnnamed = dimension === "" || (rowAxis && dimension === rowsDimension);
    return isUnnamed ? `${spec.name}.${axis}` : dimension;
  });
  return { ...spec, shape };
}
