import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@presage/sdk/node";
import { describe, expect, it } from "vitest";
import { startBuiltServer } from "../support/build-server.ts";
import { breastCancerRows } from "../support/recorded.ts";

const { rows } = breastCancerRows();

describe("a server that keeps nothing", () => {
  it("predicts, and says that it takes no feedback", async () => {
    const off = await startBuiltServer();
    const { predictionId, feedback } = await createClient({ baseUrl: off.url }).predict(
      "iris",
      [4.6, 3.4, 1.4, 0.3],
    );
    expect(predictionId).toMatch(/^[\da-f-]{36}$/);
    await expect(feedback({ truth: 0 })).rejects.toMatchObject({
      code: "failed_precondition",
      reason: "FEEDBACK_OFF",
    });
    const page = await (await fetch(`${off.url}/metrics`)).text();
    expect(page).toContain("\npresage_processes 1\n");
    expect(page).not.toContain("presage_store_up");
    expect(page).not.toContain("presage_quality");
    await off.close();
  });
});

describe("a server that starts again", () => {
  it("knows all that was reported, and takes feedback on what it predicted before", async () => {
    const directory = mkdtempSync(join(tmpdir(), "presage-again-"));
    const start = () => startBuiltServer({ store: { kind: "sqlite" }, data: directory });
    const before = await start();
    const prediction = await createClient({ baseUrl: before.url }).predict("breast-cancer", rows);
    await prediction.feedback({ truth: prediction.rows.map(() => 1) });
    await before.close();
    const after = await start();
    const again = createClient({ baseUrl: after.url });
    const { corrected } = await again.feedback(prediction.predictionId, { truth: 0, rows: [0] });
    const { metrics } = await again.metrics("breast-cancer", { groupBy: ["version"] });
    expect(corrected).toBe(1);
    expect(metrics.find(({ version }) => version === prediction.version)).toMatchObject({
      samples: 513,
      predictions: 513,
    });
    await after.close();
    rmSync(directory, { recursive: true });
  });
});
