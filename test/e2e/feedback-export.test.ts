import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@presage/sdk/node";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { presage } from "../support/run-command.ts";
import { type StartedServer, startServer } from "../support/start-server.ts";

const data = mkdtempSync(join(tmpdir(), "presage-export-"));
const flower = [4.6, 3.4, 1.4, 0.3];
const house = [15.02, 0, 18.1, 0, 0.614, 5.3, 97.3, 2.1, 24, 666, 20.2, 349.48, 24.9];

let server: StartedServer;
beforeAll(async () => {
  server = await startServer({ data });
  const client = createClient({ baseUrl: server.url });
  const prediction = await client.predict("iris", [flower, flower]);
  await prediction.feedback({ truth: ["setosa", null], reward: [0, -1.5] });
  await prediction.feedback({ truth: "virginica", rows: [0] });
  await client.predictWithFeedback("boston-housing", house, { truth: 12 });
});
afterAll(async () => {
  await server.finish();
  rmSync(data, { recursive: true });
});

/** Exports while the server goes on. */
async function exported(...flags: readonly string[]) {
  const { code, out, err } = await presage(["feedback", "export", "--data", data, ...flags]);
  expect([code, err]).toEqual([0, expect.stringMatching(/^\d+ rows\n$/)]);
  return out;
}

describe("presage feedback export", () => {
  it("writes every row as it is known now, those reported last first", async () => {
    const lines = (await exported("--since", "1h")).trimEnd().split("\n");
    const rows = lines.map((line) => JSON.parse(line));
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const shared = {
      version: "1",
      predicted_at: time,
      reported_at: time,
      prediction: expect.stringMatching(/^[\da-f]{32}$/),
    };
    expect(rows).toEqual([
      {
        ...shared,
        model: "boston-housing",
        alias: "stable",
        policy: "stable",
        row: 0,
        answer: expect.closeTo(12.273424794987879, 9),
        scores: [],
        truth: 12,
        reward: null,
      },
      {
        ...shared,
        model: "iris",
        alias: "",
        policy: "latest",
        row: 0,
        answer: 0,
        scores: [expect.closeTo(0.97492, 4), expect.any(Number), expect.any(Number)],
        truth: 2,
        reward: 0,
      },
      { ...rows[1], row: 1, reported_at: time, truth: null, reward: -1.5 },
    ]);
  });

  it("writes CSV, of one model, of one version", async () => {
    const text = await exported("--format", "csv", "--model", "iris", "--model-version", "1");
    const rows: Record<string, string>[] = parse(text, { columns: true });
    expect(rows.map(({ row, truth, reward }) => [row, truth, reward])).toEqual([
      ["0", "2", "0"],
      ["1", "", "-1.5"],
    ]);
    expect(await exported("--model", "iris", "--model-version", "2")).toBe("");
    expect(await exported("--since", "2100-01-01")).toBe("");
  });

  it.each([
    [["--since", "yesterday"], 2, "--since: expected a date such as 2026-11-01, or an age"],
    [["--store", "off"], 2, "--store: expected sqlite or a postgres:// URL"],
    [["--store", "mysql://x"], 2, "store: expected sqlite, off, or a URL"],
    [["--data", "/nowhere"], 1, "there is no feedback in /nowhere"],
    [["--format", "xml"], 2, "csv"],
  ])("says what is wrong with %j", async (flags, exit, message) => {
    const { code, err } = await presage(["feedback", "export", ...flags]);
    expect(code).toBe(exit);
    expect(err).toContain(message);
  });
});
