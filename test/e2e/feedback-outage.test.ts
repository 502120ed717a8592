import { createClient, PresageError } from "@presage/sdk/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { type StartedServer, startServer } from "../support/start-server.ts";

const flower = [4.6, 3.4, 1.4, 0.3];

let postgres: PostgresServer;
let store: string;
const servers: StartedServer[] = [];
beforeAll(async () => {
  postgres = await startPostgres();
  store = await postgres.createDatabase();
});
afterAll(async () => {
  for (const server of servers) await server.finish();
  await postgres[Symbol.asyncDispose]();
});

async function start(): Promise<StartedServer> {
  const server = await startServer({ environment: { PRESAGE_STORE: store } });
  servers.push(server);
  return server;
}

async function failureOf(call: Promise<unknown>): Promise<PresageError> {
  try {
    await call;
  } catch (error) {
    return PresageError.from(error);
  }
  throw new Error("the call did not fail");
}

async function isStoreUp(server: StartedServer): Promise<boolean> {
  const page = await (await fetch(`${server.url}/metrics`)).text();
  return page.includes("presage_store_up 1\n");
}

describe("a server whose PostgreSQL goes away and comes back", () => {
  it("goes on predicting, refuses feedback with a hint to retry, and counts right afterwards", async () => {
    const server = await start();
    const client = createClient({ baseUrl: server.url, retry: false });
    const before = await client.predict("iris", flower);
    await before.feedback({ truth: "setosa" });
    expect(await isStoreUp(server)).toBe(true);

    await postgres.stop();
    const meanwhile = await client.predict("iris", flower);
    const failures = await Promise.all([
      failureOf(meanwhile.feedback({ truth: "setosa" })),
      failureOf(before.feedback({ truth: "virginica" })),
      failureOf(client.metrics("iris")),
    ]);
    for (const { code, reason, retryAfterMs } of failures) {
      expect([code, reason]).toEqual(["unavailable", "STORE_UNAVAILABLE"]);
      expect(retryAfterMs).toBeGreaterThan(0);
    }
    expect(await isStoreUp(server)).toBe(false);

    await postgres.start();
    const retrying = createClient({ baseUrl: server.url, retry: { maxAttempts: 20 } });
    const { recorded } = await retrying.feedback(meanwhile.predictionId, { truth: "setosa" });
    expect(recorded).toBe(1);
    const { metrics } = await retrying.metrics("iris");
    expect(metrics[0]).toMatchObject({ samples: 2, predictions: 2, accuracy: 1 });
    expect(await isStoreUp(server)).toBe(true);
    expect(server.errors()).not.toContain("fault:");
  });

  it("starts without it, predicts, and takes feedback once it is there", async () => {
    await postgres.stop();
    const server = await start();
    const client = createClient({ baseUrl: server.url, retry: false });
    const early = await client.predict("iris", flower);
    const failure = await failureOf(early.feedback({ truth: 0 }));
    expect([failure.code, failure.reason]).toEqual([
      "failed_precondition",
      "PREDICTION_NOT_SCORED",
    ]);
    await postgres.start();
    await server.told(/^feedback is taken again$/);
    const late = await client.predict("iris", flower);
    expect((await late.feedback({ truth: 0 })).recorded).toBe(1);
    const told = server.lines().filter(({ msg }) => /^(no )?feedback is taken/.test(msg));
    expect(told).toEqual([
      expect.objectContaining({
        level: "warn",
        msg: expect.stringMatching(/^no feedback is taken for now: /),
        reason: "STORE_UNAVAILABLE",
        err: expect.objectContaining({ code: "ENOENT" }),
      }),
      expect.objectContaining({ level: "info", msg: "feedback is taken again" }),
    ]);
  });
});
