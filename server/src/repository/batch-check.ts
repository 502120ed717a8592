import type { Feeds } from "../core/feeds.ts";
import type { Signature } from "../core/signature.ts";
import type { DataType, Tensor, TensorData } from "../core/tensor.ts";
import { canMerge, mergeFeeds, splitOutputs } from "../engine/batch-merge.ts";

/** Runs inputs once, and gives every output. */
export type RunFeeds = (feeds: Feeds) => Promise<readonly Tensor[]>;

/**
 * Finds out whether calls of a version may be merged: true only if its rows
 * were seen to give the same answers alone and together. Floating-point answers
 * may differ as far as another order of summing up explains.
 */
export async function canBatch(
  signature: Signature,
  samples: readonly Feeds[],
  run: RunFeeds,
): Promise<boolean> {
  const [first] = samples;
  if (!signature.rowAxis || signature.maxRows === 1 || first === undefined) return false;
  if (signature.outputs.some((output) => typeof output.shape[0] !== "string")) return false;
  const alike = samples.filter((sample) => canMerge(sample, first));
  if (alike.length < 2) return false;
  try {
    const alone: (readonly Tensor[])[] = [];
    for (const sample of alike) alone.push(await run(sample));
    const rowCounts = alike.map((sample) => sample.rowCount);
    const together = splitOutputs(await run(mergeFeeds(alike)), rowCounts);
    return (
      together !== undefined && alone.every((outputs, index) => areAlike(outputs, together[index]))
    );
  } catch {
    return false;
  }
}

function areAlike(alone: readonly Tensor[], together: readonly Tensor[] | undefined): boolean {
  return alone.every((tensor, index) => {
    const other = together?.[index];
    if (other === undefined || other.shape.join() !== tensor.shape.join()) return false;
    return hasAlikeElements(tensor.data, other.data, tolerances[tensor.dataType] ?? 0);
  });
}

/** How far floating-point answers may differ, relative to the greater of 1 and the answer. */
const tolerances: Readonly<Partial<Record<DataType, number>>> = {
  FP16: 1e-2,
  BF16: 1e-1,
  FP32: 1e-4,
  FP64: 1e-9,
};

function hasAlikeElements(alone: TensorData, together: TensorData, tolerance: number): boolean {
  if (alone.length !== together.length) return false;
  for (let index = 0; index < alone.length; index += 1) {
    const [a, b] = [alone[index], together[index]];
    if (Object.is(a, b)) continue;
    const near =
      typeof a === "number" &&
      typeof b === "number" &&
      Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a));
    if (!near) return false;
  }
  return true;
}
