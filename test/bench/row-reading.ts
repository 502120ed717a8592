import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createTypedCodecs } from "../../server/src/contracts/typed-codec.ts";
import type { Feeds } from "../../server/src/core/feeds.ts";
import { createOnnxRuntime } from "../../server/src/engine/runtimes/onnx.ts";
import { compileMessageReader } from "../../server/src/transport/message-reader.ts";
import { contractOf } from "../support/contracts.ts";
import { signatureOf, spec } from "../support/signatures.ts";
import { median } from "./latency.ts";
import { typedExchange } from "./requests.ts";

/** What one row costs before and in the model, in microseconds: medians. */
export interface RowReading {
  /** From the bytes of its message to checked inputs. */
  readonly readMicros: number;
  /** The run of the model on it alone. */
  readonly runMicros: number;
}

const model = fileURLToPath(new URL("../../examples/models/breast-cancer", import.meta.url));
const outputs = [spec("label", "INT64", "N"), spec("probabilities", "FP64", "N", 2)];
const batches = 30;
const ofBatch = 500;

/** Measures, in this process, what a typed row of 30 features costs to read and check, and to run. */
export async function measureRowReading(): Promise<RowReading> {
  const signature = signatureOf({
    inputs: [spec("X", "FP64", "N", 30)],
    outputs,
    manifest: readFileSync(`${model}/model.yaml`, "utf8"),
  });
  const contract = contractOf(signature);
  const { predict } = createTypedCodecs(contract, signature);
  const readMessage = compileMessageReader(contract.row);
  const { body } = typedExchange(0);
  const read = (): Feeds => predict.encode(readMessage(body));
  const loaded = await createOnnxRuntime().load(`${model}/1/model.onnx`, { intraOpThreads: 1 });
  const { tensors } = read();
  const names = outputs.map(({ name }) => name);
  const [reads, runs]: [number[], number[]] = [[], []];
  for (let batch = 0; batch < batches; batch += 1) {
    let begin = performance.now();
    for (let each = 0; each < ofBatch; each += 1) read();
    reads.push(((performance.now() - begin) / ofBatch) * 1000);
    begin = performance.now();
    // oxlint-disable-next-line no-await-in-loop -- one at a time is the point
    for (let each = 0; each < ofBatch; each += 1) await loaded.run(tensors, names);
    runs.push(((performance.now() - begin) / ofBatch) * 1000);
  }
  await loaded.release();
  return { readMicros: median(reads), runMicros: median(runs) };
}
