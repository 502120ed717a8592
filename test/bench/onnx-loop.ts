// ONNX Runtime alone: runs a model in a loop with batches of every size, and writes the best rate.
// Arguments: the model's file, the name and width of its FP32 input, the seconds for each size.
import { InferenceSession, Tensor } from "onnxruntime-node";

const [file = "", input = "", width = "0", seconds = "1"] = process.argv.slice(2);
const session = await InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1 });

interface Rate {
  readonly rows: number;
  /** Rows a second. */
  readonly rate: number;
  /** CPU time for each row, in microseconds. */
  readonly cpuMicros: number;
}

/** Runs batches of so many rows for so many seconds. */
async function measure(rows: number, time: number): Promise<Rate> {
  const values = Float32Array.from({ length: rows * Number(width) }, (_, index) => Math.sin(index));
  const feeds = { [input]: new Tensor("float32", values, [rows, Number(width)]) };
  const usageBefore = process.cpuUsage();
  const started = performance.now();
  let runs = 0;
  let elapsed = 0;
  while (elapsed < time * 1000) {
    // oxlint-disable-next-line no-await-in-loop -- the loop is what is measured
    await session.run(feeds);
    runs += 1;
    elapsed = performance.now() - started;
  }
  const { user, system } = process.cpuUsage(usageBefore);
  const all = runs * rows;
  return { rows, rate: (all * 1000) / elapsed, cpuMicros: (user + system) / all };
}

let best: Rate = { rows: 0, rate: 0, cpuMicros: 0 };
for (const rows of [1, 2, 4, 8, 16, 32, 64, 128]) {
  // oxlint-disable-next-line no-await-in-loop -- nothing else may run meanwhile
  await measure(rows, Number(seconds) / 2);
  // oxlint-disable-next-line no-await-in-loop
  const measured = await measure(rows, Number(seconds));
  if (measured.rate > best.rate) best = measured;
}
process.stdout.write(`${JSON.stringify(best)}\n`);
