import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type PresageClient, PresageError } from "@presage/sdk/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";
import { breastCancerRows } from "../support/recorded.ts";

const { rows } = breastCancerRows();
const [malignant = []] = rows;
const passenger = ["male", "Southampton", true, 3, 44.5, 18.81];
const house = [15.02, 0, 18.1, 0, 0.614, 5.3, 97.3, 2.1, 24, 666, 20.2, 349.48, 24.9];
const data = mkdtempSync(join(tmpdir(), "presage-feedback-"));

let server: BuiltServer;
let client: PresageClient;
beforeAll(async () => {
  server = await startBuiltServer({ store: { kind: "sqlite" }, data });
  client = createClient({ baseUrl: server.url });
});
afterAll(async () => {
  await server.close();
  rmSync(data, { recursive: true });
});

/** The counts of one version: true and false positives, false and true negatives. */
async function counts(model: string, version: string): Promise<readonly (number | undefined)[]> {
  const { metrics } = await client.metrics(model, { version });
  const confusion = metrics[0]?.confusion;
  return [
    confusion?.truePositives,
    confusion?.falsePositives,
    confusion?.falseNegatives,
    confusion?.trueNegatives,
  ];
}

async function failureOf(call: Promise<unknown>): Promise<PresageError> {
  try {
    await call;
  } catch (error) {
    return PresageError.from(error);
  }
  throw new Error("the call did not fail");
}

describe("Metrics", () => {
  it("gives every metric of a version's task, as 0, before any feedback", async () => {
    const { metrics, drift } = await client.metrics("passengers");
    expect(metrics).toMatchObject([
      {
        version: "1",
        task: "binary",
        samples: 0,
        predictions: 0,
        coverage: 0,
        accuracy: 0,
        precision: 0,
        recall: 0,
        f1Score: 0,
        specificity: 0,
        matthewsCorrelation: 0,
        confusion: { truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0 },
        reward: { count: 0, sum: 0, mean: 0, variance: 0 },
        labelDelay: { meanMs: 0, medianMs: 0, p95Ms: 0 },
      },
    ]);
    expect(drift).toMatchObject([{ version: "1", referenceRows: 0, drifted: false }]);
  });

  it("knows no other models, versions or aliases", async () => {
    const failures = await Promise.all([
      failureOf(client.metrics("nothing")),
      failureOf(client.metrics("iris", { version: "canary" })),
    ]);
    expect(failures.map(({ code, reason }) => [code, reason])).toEqual([
      ["not_found", "MODEL_NOT_FOUND"],
      ["not_found", "VERSION_NOT_FOUND"],
    ]);
    expect((await client.metrics("iris", { version: "99" })).metrics).toEqual([]);
  });

  it("tells versions, aliases and policies apart, or takes them together", async () => {
    const model = "oncology";
    const tumor = [4, 1, 2, 1, 2, 1, 1, 1, 1];
    for (const version of ["", "1", "1"]) {
      await (await client.predict(model, tumor, { version })).feedback({ truth: "benign" });
    }
    const groups = async (...groupBy: readonly ("alias" | "policy" | "model")[]) =>
      (await client.metrics(model, { groupBy })).metrics.map(
        ({ version, alias, policy, samples, coverage }) => [
          version,
          alias,
          policy,
          samples,
          coverage,
        ],
      );
    expect(await groups("policy")).toEqual([
      ["", "", "requested", 2, 1],
      ["", "", "stable", 1, 1],
    ]);
    expect(await groups("alias")).toEqual([
      ["", "", "", 2, 1],
      ["", "stable", "", 1, 1],
    ]);
    expect(await groups("model")).toEqual([["", "", "", 3, 1]]);
    const { metrics } = await client.metrics(model, { policy: "stable" });
    expect(metrics.map(({ version, samples }) => [version, samples])).toEqual([["1", 1]]);
  });

  it("counts the last rows, the last time and each step of time", async () => {
    await (await client.predict("boston-housing", house)).feedback({ truth: 10 });
    await client.predictWithFeedback("boston-housing", house, { truth: 12 });
    const ask = async (options: Parameters<PresageClient["metrics"]>[1]) =>
      (await client.metrics("boston-housing", options)).metrics[0];
    const all = await ask({ history: { stepMs: 3_600_000, steps: 2 } });
    const last = await ask({ window: { lastRows: 1 } });
    const recent = await ask({ window: { lastMs: 3_600_000 } });
    const error = 12.273424794987879;
    expect(all?.regression?.meanAbsoluteError).toBeCloseTo(error - 11, 9);
    expect(last?.regression?.meanAbsoluteError).toBeCloseTo(error - 12, 9);
    expect([all?.samples, last?.samples, recent?.samples]).toEqual([2, 1, 2]);
    expect([all?.predictions, last?.predictions]).toEqual([2, undefined]);
    expect(all?.history.reduce((sum, step) => sum + (step.metrics.samples ?? 0), 0)).toBe(2);
  });
});

describe("Feedback", () => {
  it("counts a row once, corrects it, and takes rewards, 0 among them", async () => {
    const prediction = await client.predict("breast-cancer", malignant, { version: "1" });
    const receipts = [
      await prediction.feedback({ truth: 0, reward: 0 }),
      await prediction.feedback({ truth: "malignant", reward: 0 }),
      await prediction.feedback({ truth: 1 }),
      await client.feedback(prediction.predictionId, { truth: 0 }),
    ];
    expect(
      receipts.map(({ recorded, corrected, unchanged }) => [recorded, corrected, unchanged]),
    ).toEqual([
      [1, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
      [0, 1, 0],
    ]);
    expect(await counts("breast-cancer", "1")).toEqual([0, 0, 0, 1]);
    const { metrics } = await client.metrics("breast-cancer", { version: "1" });
    expect(metrics[0]?.reward).toEqual({ count: 1, sum: 0, mean: 0, variance: 0 });
  });

  it("scores the version that answered, though the caller asked for no class", async () => {
    const prediction = await client.predict("breast-cancer", malignant, {
      version: "2",
      outputs: ["scores"],
    });
    expect(Object.keys(prediction.row)).toEqual(["scores"]);
    await prediction.feedback({ truth: "malignant" });
    expect(await counts("breast-cancer", "2")).toEqual([0, 0, 0, 1]);
  });

  it("predicts and scores rows that come with their truth", async () => {
    const scored = await client.predictWithFeedback("iris", [[4.6, 3.4, 1.4, 0.3]], {
      truth: ["versicolor"],
    });
    expect(scored).toMatchObject({ model: "iris", version: "1", recorded: 1 });
    expect(scored.prediction.rows).toMatchObject([{ class: "setosa" }]);
    expect(scored.prediction.predictionId).toBe(scored.predictionId);
    const { metrics } = await client.metrics("iris");
    expect(metrics[0]?.multiclass?.classes.map(({ label, answered }) => [label, answered])).toEqual(
      [
        ["setosa", [0, 0, 0, 0]],
        ["versicolor", [1, 0, 0, 0]],
        ["virginica", [0, 0, 0, 0]],
      ],
    );
  });

  it("reports of predictions made on a stream", async () => {
    async function* requests() {
      yield { rows: [[4.6, 3.4, 1.4, 0.3]] };
    }
    const before = (await client.metrics("iris")).metrics[0]?.samples ?? 0;
    for await (const answer of client.predictStream("iris", requests())) {
      if (answer.error !== undefined) throw answer.error;
      await client.feedback(answer.prediction.predictionId, { truth: ["setosa"] });
    }
    expect((await client.metrics("iris")).metrics[0]?.samples).toBe(before + 1);
  });

  it("names what does not fit", async () => {
    const { predictionId } = await client.predict("breast-cancer", malignant, { version: "1" });
    const cases: [Promise<unknown>, string, string][] = [
      [
        client.feedback(predictionId, { truth: "maybe" }),
        "INVALID_INPUT",
        'truth[0]: expected one of 0 (malignant), 1 (benign), got "maybe"',
      ],
      [
        client.feedback(predictionId, { truth: [1, 1] }),
        "INVALID_INPUT",
        "truth: expected 1, one for each row, got 2",
      ],
      [
        client.feedback(predictionId.slice(0, -1), { truth: 1 }),
        "PREDICTION_ID_INVALID",
        "prediction_id: expected the prediction_id of an answer, whole",
      ],
      [
        client.feedback(`${predictionId.slice(0, 40)}A${predictionId.slice(41)}`, {
          truth: 1,
        }),
        "PREDICTION_ID_INVALID",
        "prediction_id: expected the prediction_id of an answer, whole",
      ],
      [
        client.feedback("", { truth: 1 }),
        "INVALID_INPUT",
        "prediction_id: expected a prediction_id, or the request itself",
      ],
    ];
    const told = await Promise.all(
      cases.map(async ([call]) => {
        const { code, reason, violations } = await failureOf(call);
        const [violation] = violations;
        return [code, reason, `${violation?.field}: ${violation?.description}`];
      }),
    );
    expect(told).toEqual(
      cases.map(([, reason, violation]) => ["invalid_argument", reason, violation]),
    );
  });
});

describe("WatchMetrics", () => {
  it("tells at once, and again when something was reported", async () => {
    const watched = client.watchMetrics("passengers");
    const first = await watched.next();
    expect(first.value?.metrics[0]?.samples).toBe(0);
    await client.predictWithFeedback("passengers", passenger, { truth: 1 });
    const second = await watched.next();
    expect(second.value?.metrics[0]?.samples).toBe(1);
    await watched.return?.();
  });
});

describe("watchers that leave while they are answered", () => {
  it("are no fault of the server", async () => {
    const busy = await startBuiltServer({ store: { kind: "sqlite" }, data: join(data, "busy") });
    const watching = createClient({ baseUrl: busy.url });
    const leave = async (turns: number): Promise<void> => {
      const leaving = new AbortController();
      const watched = watching.watchMetrics("iris", { signal: leaving.signal });
      const first = watched.next().catch(() => undefined);
      for (let turn = 0; turn < turns; turn += 1) await watching.model("iris");
      leaving.abort();
      await first;
    };
    for (let turns = 0; turns < 40; turns += 1) await leave(turns % 8);
    // It rejects if the server reported a fault.
    expect(await busy.close()).toEqual({ cut: 0 });
  });
});

describe("GET /metrics", () => {
  it("is the page that Prometheus scrapes", async () => {
    const response = await fetch(`${server.url}/metrics`);
    const page = await response.text();
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const names = page.match(/(?<=^# TYPE )\S+/gm) ?? [];
    expect(names.length).toBe(new Set(names).size);
    expect(page).toContain("presage_store_up 1\n");
    expect(page).toContain('presage_quality_accuracy{model="breast-cancer",version="2"} 1\n');
    expect(page).toContain('presage_feedback_corrections_total{model="iris",version="1"} 0\n');
  });
});
