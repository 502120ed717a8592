// ONNX Runtime alone: runs a model in a loop with batches of every size, and writes the best rate.
// Arguments: the model's file, the name and width of its FP32 input, the seconds for each size.
import { InferenceSession, Tensor } from "onnxruntime-node";

const [file = "", input = "", width = "0", seconds = "1"] = process.argv.slice(2);
const session = await InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1 });

/** Rows a second over a time. */
async function measure(rows: number, time: number): Promise<number> {
  const values = Float32Array.from({ length: rows * Number(width) }, (_, index) => Math.sin(index));
  const feeds = { [input]: new Tensor("float32", values, [rows, Number(width)]) };
  const started = performance.now();
  let runs = 0;
  let elapsed = 0;
  while (elapsed < time * 1000) {
    // oxlint-disable-next-line no-await-in-loop -- the loop is what is measured
    await session.run(feeds);
    runs += 1;
    elapsed = performance.now() - started;
  }
  return (runs * rows * 1000) / elapsed;
}

let best = { rows: 0, rate: 0 };
for (const rows of [1, 2, 4, 8, 16, 32, 64, 128]) {
  // oxlint-disable-next-line no-await-in-loop -- nothing else may run meanwhile
  await measure(rows, Number(seconds) / 2);
  // oxlint-disable-next-line no-await-in-loop
  const rate = await measure(rows, Number(seconds));
  if (rate > best.rate) best = { rows, rate };
}
process.stdout.write(`${JSON.stringify(best)}\n`);
