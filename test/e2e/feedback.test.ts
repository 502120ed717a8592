import { createClient, type PresageClient } from "@presage/sdk/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { protocols } from "../support/protocols.ts";
import { breastCancerRows } from "../support/recorded.ts";
import { type StartedServer, startServer } from "../support/start-server.ts";

const { rows, truth } = breastCancerRows();
const concurrency = 64;

/** The figures of the 513 rows, and with one more true negative. */
const figures = {
  samples: 513,
  accuracy: 475 / 513,
  precision: 303 / 318,
  recall: 303 / 326,
  // 606/644 by 2PR/(P+R), whose last digit is another than that of the fraction.
  f1Score: 0.9409937888198757,
  confusion: {
    positiveClass: "benign",
    truePositives: 303,
    falsePositives: 15,
    falseNegatives: 23,
    trueNegatives: 172,
  },
};

/** The numbers 0 to 512 in an order of their own for each seed: the least common multiplier walks them all. */
function orderOf(seed: number): readonly number[] {
  const step = [1, 2, 5, 7, 11, 13, 17, 23, 29, 31][seed % 10] ?? 1;
  return rows.map((_, index) => (index * step + seed) % rows.length);
}

/** Does something with each of a list, so many at a time. */
async function eachOf<Item>(
  items: readonly Item[],
  act: (item: Item, place: number) => Promise<unknown>,
): Promise<void> {
  const entries = items.entries();
  const work = async (): Promise<void> => {
    for (const [place, item] of entries) await act(item, place);
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}

/** Predicts every row and reports its truth, over the clients in turn. */
async function reportAll(clients: readonly PresageClient[], order: readonly number[]) {
  await eachOf(order, async (row, place) => {
    const client = clients[place % clients.length];
    const prediction = await client?.predict("breast-cancer", rows[row] ?? []);
    await prediction?.feedback({ truth: truth[row] });
  });
}

/** The metrics of the version that routing picks. */
async function metricsOf(client: PresageClient | undefined) {
  const answer = await client?.metrics("breast-cancer", { policy: "stable", version: "1" });
  return answer?.metrics[0];
}

/** Reports one more true negative, and tells the accuracy then. */
async function accuracyWithOneMore(client: PresageClient | undefined) {
  const negative = truth.indexOf(0);
  await client?.predictWithFeedback("breast-cancer", rows[negative] ?? [], { truth: "malignant" });
  return (await metricsOf(client))?.accuracy;
}

describe.each(protocols.filter(({ name }) => !name.includes("HTTP/2")))(
  "the loop of 513 rows over $name",
  ({ options }) => {
    it("ends at the published figures", async () => {
      const server = await startServer();
      const client = createClient({ baseUrl: server.url, ...options });
      expect(await metricsOf(client)).toMatchObject({ samples: 0, accuracy: 0, f1Score: 0 });
      await reportAll([client], orderOf(0));
      expect(await metricsOf(client)).toMatchObject(figures);
      expect(await accuracyWithOneMore(client)).toBe(0.9260700389105059);
      await server.finish();
    });
  },
);

describe("the loop of 513 rows over every protocol at once, in another order", () => {
  const everyClient = (url: string) =>
    protocols.map(({ options }) => createClient({ baseUrl: url, ...options }));

  it.each([1, 2])(
    "ends at the published figures with %i processes",
    async (processes) => {
      const server = await startServer({ flags: ["--processes", String(processes)] });
      const clients = everyClient(server.url);
      await reportAll(clients, orderOf(processes));
      for (const client of clients) expect(await metricsOf(client)).toMatchObject(figures);
      expect(await accuracyWithOneMore(clients[0])).toBe(0.9260700389105059);
      // What a process has predicted is told to the others every ten seconds.
      await expect
        .poll(() => metricsOf(clients[1]), { timeout: 60_000 })
        .toMatchObject({ samples: 514, predictions: 514 });
      // Each scrape comes over a connection of its own, to one process or the other.
      for (let scrape = 0; scrape < 4; scrape += 1) {
        const response = await fetch(`${server.url}/metrics`, { headers: { connection: "close" } });
        const page = await response.text();
        expect(page).toContain('presage_quality_samples{model="breast-cancer",version="1"} 514\n');
      }
      await server.finish();
    },
    120_000,
  );
});

describe("two servers of one PostgreSQL", () => {
  let postgres: PostgresServer;
  let servers: readonly StartedServer[];
  beforeAll(async () => {
    postgres = await startPostgres();
    const store = await postgres.createDatabase();
    const environment = { PRESAGE_STORE: store };
    servers = await Promise.all([startServer({ environment }), startServer({ environment })]);
  });
  afterAll(async () => {
    for (const server of servers) await server.finish();
    await postgres[Symbol.asyncDispose]();
  });

  it("count the same, whichever of them predicts and whichever is told", async () => {
    const clients = servers.map(({ url }) => createClient({ baseUrl: url }));
    const [one, other] = clients;
    await eachOf(orderOf(3), async (row, place) => {
      const predicting = clients[place % 2];
      const told = clients[(place >> 1) % 2];
      const prediction = await predicting?.predict("breast-cancer", rows[row] ?? []);
      await told?.feedback(prediction?.predictionId ?? "", { truth: truth[row] });
    });
    expect(await metricsOf(one)).toMatchObject(figures);
    expect(await metricsOf(other)).toMatchObject(figures);
    expect(await accuracyWithOneMore(other)).toBe(0.9260700389105059);
    expect((await metricsOf(one))?.accuracy).toBe(0.9260700389105059);
  });
});
