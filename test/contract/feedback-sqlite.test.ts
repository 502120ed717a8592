import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { openStore } from "../../server/src/feedback/open-store.ts";
import type { FeedbackStore } from "../../server/src/feedback/store.ts";
import { failureOf, reportOf } from "../support/feedback.ts";
import { countRows, runWriter } from "../support/feedback-crash.ts";

const sqlite = { kind: "sqlite" } as const;

describe("openStore() of SQLite", () => {
  it("makes the directory and the file for its owner only, as it keeps a key", async () => {
    await using place = createDirectory();
    const data = join(place.path, "a", "b");
    const store = await openStore({ data, store: sqlite });
    await store.commit([reportOf(1, { truth: 1 })]);
    const modes = [data, ...["", "-wal", "-shm"].map((end) => join(data, `feedback.db${end}`))].map(
      (path) => (statSync(path).mode & 0o777).toString(8),
    );
    await store.close();
    expect(modes).toEqual(["700", "600", "600", "600"]);
  });

  it.each([
    [
      "is no database",
      (file: string) =>
        writeFileSync(file, "no database, but long enough to look like one. ".repeat(99)),
      "file is not a database: move the file away, or give another directory",
    ],
    [
      "belongs to another program",
      (file: string) => change(file, "CREATE TABLE notes (text)"),
      "it is a database of another program: move FILE away, or give another directory",
    ],
    [
      "was written by a newer program",
      (file: string) =>
        change(file, "PRAGMA application_id = 1349677927; PRAGMA user_version = 99"),
      "a newer Presage wrote it (its version is 99, this program knows 1): start that one, or give another directory",
    ],
  ])("refuses a file that %s", async (_, prepare, message) => {
    await using place = createDirectory();
    const file = join(place.path, "feedback.db");
    prepare(file);
    const failure = await failureOf(openStore({ data: place.path, store: sqlite }));
    expect(String(failure)).toBe(
      `Error: the store of feedback ${file} cannot be opened: ${message.replace("FILE", file)}`,
    );
  });

  it("refuses a path where no directory can be", async () => {
    await using place = createDirectory();
    writeFileSync(join(place.path, "taken"), "");
    const data = join(place.path, "taken", "data");
    expect(String(await failureOf(openStore({ data, store: sqlite })))).toContain(
      ": give a directory, or a path where one can be made",
    );
  });

  it("makes nothing where a store must exist", async () => {
    await using place = createDirectory();
    const failure = await failureOf(
      openStore({ data: place.path, store: sqlite, mustExist: true }),
    );
    expect(String(failure)).toBe(
      `Error: there is no feedback in ${place.path}: give the server's --data, or its --store`,
    );
    expect(existsSync(join(place.path, "feedback.db"))).toBe(false);
  });

  it("lets several processes begin the same file at once", async () => {
    await using place = createDirectory();
    const written = await Promise.all(
      [0, 1, 2, 3].map((n) =>
        runWriter({ place: place.path, first: n * 1_000_000, killAfter: 40 }),
      ),
    );
    expect(written.map(({ errors }) => errors)).toEqual(["", "", "", ""]);
    const store = await openStore({ data: place.path, store: sqlite });
    const counts = await countRows(store);
    await store.close();
    const acknowledged = written.flatMap((each) => each.acknowledged);
    expect(acknowledged.filter((number) => counts.get(number) !== 1)).toEqual([]);
  });
});

describe("a store in SQLite", () => {
  it("reads many rows of which few are asked for, and still commits meanwhile", async () => {
    await using place = createDirectory();
    const store = await openStore({ data: place.path, store: sqlite });
    await commitMany(store, 45_000);
    const query = { model: undefined, version: undefined, since: 2_000_001, before: Infinity };
    const reading = store.readRows({ ...query, limit: 10 });
    await store.commit([reportOf(50_000, { truth: 1 })]);
    const page = await reading;
    const oldest = await store.readRows({ ...query, since: 0, before: 3, limit: 10 });
    await store.close();
    expect(page).toEqual({ rows: [], next: undefined });
    expect(oldest.rows.map(({ sequence }) => sequence)).toEqual([2, 1]);
  });
});

async function commitMany(store: FeedbackStore, rows: number): Promise<void> {
  await store.commit(Array.from({ length: rows }, (_, n) => reportOf(n, { truth: 1 })));
}

function change(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

function createDirectory(): AsyncDisposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "presage-sqlite-"));
  return { path, [Symbol.asyncDispose]: async () => rmSync(path, { recursive: true }) };
}
