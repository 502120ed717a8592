import { readFile } from "node:fs/promises";
import { createClient, type QualityMetrics } from "@presage/sdk/node";

const baseUrl = process.argv[2] ?? process.env["PRESAGE_URL"] ?? "http://localhost:8080";
const client = createClient({ baseUrl });
const model = "breast-cancer";

/** The rows on which the model was tested, and for each whether the tumor was benign (1) or not (0). */
interface TestRows {
  readonly rows: readonly (readonly number[])[];
  readonly truth: readonly number[];
}

const file = new URL("../../test/data/breast-cancer-test.json", import.meta.url);
const { rows, truth }: TestRows = JSON.parse(await readFile(file, "utf8"));

/** Predicts every row and reports its truth, 64 at a time. */
async function reportAll(): Promise<void> {
  const entries = rows.entries();
  const work = async (): Promise<void> => {
    for (const [index, row] of entries) {
      const prediction = await client.predict(model, row);
      await prediction.feedback({ truth: truth[index] });
    }
  };
  await Promise.all(Array.from({ length: 64 }, work));
}

/** Prints the metrics whenever they change, until it is told to stop. */
async function watch(signal: AbortSignal): Promise<void> {
  try {
    for await (const { metrics } of client.watchMetrics(model, { version: "stable", signal }))
      print("watching", metrics[0]);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function print(when: string, metrics: QualityMetrics | undefined): void {
  const { samples, accuracy, precision, recall, f1Score } = metrics ?? {};
  console.log(`${when}:`, { samples, accuracy, precision, recall, f1Score });
}

async function metricsNow(window?: {
  readonly lastRows: number;
}): Promise<QualityMetrics | undefined> {
  const { metrics } = await client.metrics(model, { version: "stable", window });
  return metrics[0];
}

print("before", await metricsNow());

const stop = new AbortController();
const watching = watch(stop.signal);
await reportAll();
stop.abort();
await watching;
print(`after ${rows.length} rows`, await metricsNow());

const negative = truth.indexOf(0);
const scored = await client.predictWithFeedback(model, rows[negative] ?? [], {
  truth: "malignant",
  reward: 1,
});
print("with one more true negative", await metricsNow());

// A correction by the prediction's id, as it may come days later and from another program.
await client.feedback(scored.predictionId, { truth: "benign" });
print("after that was corrected", await metricsNow());
await client.feedback(scored.predictionId, { truth: "malignant" });

print("the last 100 rows", await metricsNow({ lastRows: 100 }));
