import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore, type StoreChoice } from "../../server/src/feedback/open-store.ts";
import { createPostgresConnection } from "../../server/src/feedback/postgres/connection.ts";
import type { FeedbackStore } from "../../server/src/feedback/store.ts";
import { failureOf, refusalOf, reportOf } from "../support/feedback.ts";
import { type PostgresServer, postgresPassword, startPostgres } from "../support/postgres.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

describe("openStore() of PostgreSQL", () => {
  it("opens while there is none, tells so, and works once there is", async () => {
    const url = await server.createDatabase();
    await server.stop();
    const told: unknown[] = [];
    const store = await open(url, { reportFault: (fault) => told.push(fault) });
    const failures = [
      await failureOf(store.commit([reportOf(1, { truth: 1 })])),
      await failureOf(store.readEvents(0, 1)),
    ];
    await server.start();
    const outcomes = await store.commit([reportOf(1, { truth: 1 })]);
    await store.close();
    expect(failures.map(refusalOf)).toEqual([
      ["STORE_UNAVAILABLE", 1000],
      ["STORE_UNAVAILABLE", 1000],
    ]);
    expect(outcomes).toEqual(["recorded"]);
    expect(told.map(String)).toEqual([
      expect.stringMatching(/^Error: the store of feedback cannot be reached yet: connect /),
    ]);
    expectNoSecret([told, failures]);
  });

  it("rejects while there is none, where it must exist", async () => {
    const url = await server.createDatabase();
    await server.stop();
    const failure = await failureOf(open(url, { mustExist: true }));
    await server.start();
    expect(String(failure)).toMatch(/^Error: the store of feedback cannot be opened: connect /);
    expectNoSecret(failure);
  });

  it.each([
    [
      "a wrong password",
      async (url: string) => url.replace(postgresPassword, `${postgresPassword}-2`),
      'password authentication failed for user "presage": mend the user or the password of its URL',
    ],
    [
      "a database that is not there",
      async (url: string) => url.replace(/\/test\d+/, "/none"),
      'database "none" does not exist: create the database, or mend its URL',
    ],
    [
      "a newer program's database",
      async (url: string) => {
        await runSql(url, "INSERT INTO presage_versions (version) VALUES (99)");
        return url;
      },
      "a newer Presage wrote it (its version is 99, this program knows 1): start that one, or give another database",
    ],
    [
      "a user without rights",
      async (url: string) => {
        await runSql(url, `CREATE ROLE reader LOGIN PASSWORD '${postgresPassword}'`);
        return (await server.createDatabase()).replace("presage:", "reader:");
      },
      "permission denied for schema public: give its user the right to create tables there",
    ],
  ])("refuses %s, and says what to do", async (_, prepare, message) => {
    const url = await prepare(await server.createDatabase());
    const failure = await failureOf(open(url));
    expect(String(failure)).toBe(`Error: the store of feedback cannot be opened: ${message}`);
    expectNoSecret(failure);
  });

  it("lets several servers begin the same database at once", async () => {
    const url = await server.createDatabase();
    const stores = await Promise.all([1, 2, 3, 4, 5].map(() => open(url)));
    const outcomes = await Promise.all(
      stores.map((store, n) => store.commit([reportOf(n, { truth: 1 })])),
    );
    await Promise.all(stores.map((store) => store.close()));
    expect(outcomes.flat()).toEqual(["recorded", "recorded", "recorded", "recorded", "recorded"]);
  });

  it("needs no right to create once the tables are there", async () => {
    const url = await server.createDatabase();
    const first = await open(url);
    await first.close();
    await runSql(
      url,
      `CREATE ROLE writer LOGIN PASSWORD '${postgresPassword}';
       GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO writer`,
    );
    const store = await open(url.replace("presage:", "writer:"));
    const outcomes = await store.commit([reportOf(1, { truth: 1 })]);
    await store.close();
    expect(outcomes).toEqual(["recorded"]);
  });
});

function open(url: string, options: Partial<StoreChoice> = {}): Promise<FeedbackStore> {
  return openStore({ data: "", store: { kind: "postgres", url }, ...options });
}

async function runSql(url: string, sql: string): Promise<void> {
  const connection = createPostgresConnection(url);
  await connection.query(sql);
  await connection.close();
}

function expectNoSecret(told: unknown): void {
  expect(inspect(told, { depth: 10, showHidden: true })).not.toContain(postgresPassword);
}
