import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type PresageClient } from "@presage/sdk/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { breastCancerRows } from "../support/recorded.ts";
import { type StartedServer, startServer } from "../support/start-server.ts";

const { rows, truth } = breastCancerRows();
const kills = 20;
const concurrency = 16;

/** A row of a prediction that was made. */
interface Reported {
  readonly predictionId: string;
  readonly row: number;
}

/** The acknowledgement after which a server is killed: a random one, while others are under way. */
function randomMoment(): number {
  return 1 + Math.floor(Math.random() * 200);
}

/** Predicts every row at once, and names each. */
async function predictAll(client: PresageClient): Promise<readonly Reported[]> {
  const { predictionId } = await client.predict("breast-cancer", rows, { version: "1" });
  return rows.map((_, row) => ({ predictionId, row }));
}

/** Reports row after row until one fails; `acknowledged` hears of each that did not. */
async function reportUntilFailure(
  client: PresageClient,
  waiting: Reported[],
  acknowledged: (reported: Reported) => void,
): Promise<void> {
  const work = async (): Promise<void> => {
    for (;;) {
      const reported = waiting.pop();
      if (reported === undefined) return;
      const { predictionId, row } = reported;
      try {
        await client.feedback(predictionId, { truth: truth[row], rows: [row] });
      } catch {
        waiting.push(reported);
        return;
      }
      acknowledged(reported);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}

/** Reports rows again, and counts those that were not known yet. */
async function countUnknown(client: PresageClient, reported: readonly Reported[]): Promise<number> {
  const byPrediction = Map.groupBy(reported, ({ predictionId }) => predictionId);
  let unknown = 0;
  for (const [predictionId, group] of byPrediction) {
    const places = group.map(({ row }) => row);
    const feedback = { truth: places.map((row) => truth[row] ?? null), rows: places };
    const receipt = await client.feedback(predictionId, feedback);
    unknown += receipt.recorded + receipt.corrected;
  }
  return unknown;
}

async function kill({ process: child }: StartedServer): Promise<void> {
  const closed = once(child, "close");
  child.kill("SIGKILL");
  await closed;
}

let postgres: PostgresServer;
let data: string;
beforeAll(async () => {
  postgres = await startPostgres();
  data = mkdtempSync(join(tmpdir(), "presage-crash-"));
});
afterAll(async () => {
  await postgres[Symbol.asyncDispose]();
  rmSync(data, { recursive: true });
});

describe.each([
  { store: "SQLite", url: async () => "sqlite" },
  { store: "PostgreSQL", url: () => postgres.createDatabase() },
])("a server with $store that is killed in the middle of feedback", ({ url }) => {
  it(`loses nothing that it acknowledged and counts nothing twice, ${kills} times`, async () => {
    const environment = { PRESAGE_STORE: await url() };
    const acknowledged: Reported[] = [];
    let waiting: Reported[] = [];
    let lost = 0;
    for (let round = 0; round < kills; round += 1) {
      const server = await startServer({ environment, data });
      const client = createClient({ baseUrl: server.url, retry: false });
      lost += await countUnknown(client, acknowledged);
      if (waiting.length < rows.length) waiting = [...waiting, ...(await predictAll(client))];
      const moment = acknowledged.length + randomMoment();
      let killed: Promise<void> | undefined;
      await reportUntilFailure(client, waiting, (reported) => {
        acknowledged.push(reported);
        if (acknowledged.length === moment) killed = kill(server);
      });
      await killed;
      expect(server.process.signalCode).toBe("SIGKILL");
    }

    const server = await startServer({ environment, data });
    const client = createClient({ baseUrl: server.url });
    lost += await countUnknown(client, acknowledged);
    await reportUntilFailure(client, waiting, (reported) => acknowledged.push(reported));
    const { metrics } = await client.metrics("breast-cancer", { version: "1" });
    expect(lost).toBe(0);
    expect(waiting).toEqual([]);
    expect(acknowledged.length).toBe(new Set(acknowledged).size);
    expect(metrics[0]?.samples).toBe(acknowledged.length);
    // Whole passes over the test rows, so their figures are those of one.
    expect(acknowledged.length % rows.length).toBe(0);
    expect(metrics[0]).toMatchObject({ accuracy: 475 / 513, precision: 303 / 318 });
    expect(metrics[0]?.confusion?.truePositives).toBe((303 * acknowledged.length) / rows.length);
    await server.finish();
  }, 120_000);
});
