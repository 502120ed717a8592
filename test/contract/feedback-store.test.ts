import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe } from "vitest";
import { createPostgresStore } from "../../server/src/feedback/postgres/store.ts";
import { createSqliteStore } from "../../server/src/feedback/sqlite/store.ts";
import type { FeedbackStore } from "../../server/src/feedback/store.ts";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { testFeedbackModel } from "./feedback-model.contract.ts";
import { testFeedbackReads } from "./feedback-reads.contract.ts";
import { testFeedbackRecords } from "./feedback-records.contract.ts";
import { type StorePlace, testFeedbackStore } from "./feedback-store.contract.ts";

describe("sqlite", () => {
  testAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), "presage-store-"));
    const file = join(directory, "feedback.db");
    await using left = new AsyncDisposableStack();
    left.defer(() => rmSync(directory, { recursive: true }));
    return createPlace(left.move(), {
      open: async (limits) => createSqliteStore({ file, busyTimeoutMs: 300, limits: limits ?? {} }),
      async whileGone(work) {
        const other = new DatabaseSync(file);
        other.exec("BEGIN EXCLUSIVE");
        return work().finally(() => other.close());
      },
    });
  });
});

describe("postgres", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  testAll(async () => {
    const url = await server.createDatabase();
    return createPlace(new AsyncDisposableStack(), {
      open: (limits) => createPostgresStore({ url, limits: limits ?? {} }),
      async whileGone(work) {
        await server.stop();
        try {
          return await work();
        } finally {
          await server.start();
        }
      },
    });
  });
});

function testAll(makePlace: () => Promise<StorePlace>): void {
  testFeedbackStore(makePlace);
  testFeedbackReads(makePlace);
  testFeedbackRecords(makePlace);
  testFeedbackModel(makePlace);
}

/** Makes a place that closes its stores at the end, before what else is left. */
function createPlace(
  left: AsyncDisposableStack,
  { open, whileGone }: Pick<StorePlace, "open" | "whileGone">,
): StorePlace {
  return {
    async open(limits) {
      const store: FeedbackStore = await open(limits);
      left.defer(() => store.close());
      return store;
    },
    whileGone,
    [Symbol.asyncDispose]: () => left.disposeAsync(),
  };
}
