import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Feeds } from "../../server/src/core/feeds.ts";
import { createDriftObserver } from "../../server/src/quality/drift/observer.ts";
import { defaultDriftOptions } from "../../server/src/quality/drift/options.ts";
import { createMemoryStore } from "../support/memory-store.ts";
import { signatureOf, spec } from "../support/signatures.ts";
import { median } from "./latency.ts";

const manifest = fileURLToPath(
  new URL("../../examples/models/breast-cancer/model.yaml", import.meta.url),
);
const features = 30;
const ofBatch = 100_000;
const batches = 9;

/**
 * Measures, in this process, what looking for drift costs a call of one row of 30
 * features, in microseconds of the median batch, while calls come as often as said.
 */
export async function measureDriftCost(callsPerSecond: number): Promise<number> {
  let now = 0;
  const observer = createDriftObserver({
    model: "breast-cancer",
    version: "1",
    signature: signatureOf({
      inputs: [spec("X", "FP64", "N", features)],
      outputs: [spec("label", "INT64", "N"), spec("probabilities", "FP64", "N", 2)],
      manifest: readFileSync(manifest, "utf8"),
    }),
    options: defaultDriftOptions,
    reference: undefined,
    store: createMemoryStore(),
    clock: { now: () => now },
    writer: "bench",
    reportFault(fault) {
      throw fault;
    },
  });
  const data = Float64Array.from({ length: features }, (_, index) => Math.abs(Math.sin(index)));
  const feeds: Feeds = {
    rowCount: 1,
    tensors: [{ name: "X", dataType: "FP64", shape: [1, features], data }],
  };
  const outputs = [
    { name: "label", dataType: "INT64", shape: [1], data: BigInt64Array.of(1n) },
  ] as const;
  const micros: number[] = [];
  for (let batch = 0; batch < batches; batch += 1) {
    const begin = performance.now();
    for (let call = 0; call < ofBatch; call += 1) {
      now += 1000 / callsPerSecond;
      data[call % features] = Math.abs(Math.sin(call));
      observer.observe(feeds, outputs);
    }
    micros.push(((performance.now() - begin) / ofBatch) * 1000);
    // The first rows become the reference, and the others are counted against it.
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await observer.flush();
  }
  return median(micros);
}
