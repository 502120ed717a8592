import type { Feeds } from "../../server/src/core/feeds.ts";
import type { Signature } from "../../server/src/core/signature.ts";
import type { Reference } from "../../server/src/quality/drift/reference.ts";
import { createReferenceBuilder } from "../../server/src/quality/drift/reference-builder.ts";
import { watchColumns } from "../../server/src/quality/drift/watched-column.ts";
import { signatureOf, spec } from "./signatures.ts";

/** The signature of a table of numbers in double precision, without answers. */
export function tableSignature(names: readonly string[]): Signature {
  return signatureOf({
    inputs: [spec("X", "FP64", "N", names.length)],
    manifest: JSON.stringify({ features: names.map((name) => ({ name })) }),
  });
}

/** The inputs of a table of numbers. */
export function tableFeeds(rows: readonly (readonly number[])[]): Feeds {
  const data = Float64Array.from(rows.flat());
  const shape = [rows.length, rows[0]?.length ?? 0];
  return { rowCount: rows.length, tensors: [{ name: "X", dataType: "FP64", shape, data }] };
}

/** The reference of calls without answers. */
export function referenceOf(signature: Signature, ...calls: readonly Feeds[]): Reference {
  const builder = createReferenceBuilder(watchColumns(signature), Number.POSITIVE_INFINITY);
  for (const feeds of calls) builder.takeAll(feeds, []);
  return builder.finish();
}

/** Gives numbers from 0 to below 1, the same for a seed: a multiplicative congruential generator (Park and Miller). */
export function seededRandom(seed: number): () => number {
  const modulus = 2 ** 31 - 1;
  let state = (seed % modulus) + 1;
  return () => {
    state = (state * 48_271) % modulus;
    return state / modulus;
  };
}
