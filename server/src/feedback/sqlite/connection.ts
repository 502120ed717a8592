import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { sqliteMigrations } from "./migrations.ts";

/** Where the file is, and how it is shared. */
export interface SqliteFile {
  readonly file: string;
  /** How long to wait for the writes of other processes, in milliseconds. */
  readonly busyTimeoutMs: number;
}

/** An open file. */
export interface SqliteConnection {
  prepare(sql: string): StatementSync;
  /** Does work in one transaction: all of it, or nothing if it throws. */
  transact<T>(work: () => T): T;
  close(): void;
}

/** Marks the file as a store of Presage: "Prsg". */
const applicationId = 0x50727367;

/**
 * How long SQLite waits for other processes by itself, in milliseconds. The
 * longer it waits the seldomer it looks, and misses its turn among busy
 * processes; so it waits briefly, many times.
 */
const waitMs = 10;

/**
 * Opens a file, makes it if there is none, and brings it to the newest form.
 * Throws an Error that says what to do where that is not possible.
 */
export function openConnection({ file, busyTimeoutMs }: SqliteFile): SqliteConnection {
  let database: DatabaseSync | undefined;
  try {
    createFile(file);
    const opened = new DatabaseSync(file, { timeout: waitMs });
    database = opened;
    const transact = <T>(work: () => T): T => inTransaction(opened, work, busyTimeoutMs);
    // FULL: what is acknowledged outlives the machine's power, not only this process.
    retryWhileBusy(busyTimeoutMs, () =>
      opened.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"),
    );
    if (!isNewest(opened)) transact(() => migrate(opened, file));
    return { prepare: (sql) => opened.prepare(sql), transact, close: () => opened.close() };
  } catch (error) {
    database?.close();
    throw new Error(`the store of feedback ${file} cannot be opened: ${explain(error)}`, {
      cause: error,
    });
  }
}

function inTransaction<T>(database: DatabaseSync, work: () => T, busyTimeoutMs: number): T {
  retryWhileBusy(busyTimeoutMs, () => database.exec("BEGIN IMMEDIATE"));
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // Some failures, as that of a full disk, have already rolled back.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function retryWhileBusy(forMs: number, work: () => void): void {
  const end = performance.now() + forMs;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= end) throw error;
    }
  }
}

function isBusy(error: unknown): boolean {
  const busy = 5;
  // Its higher bits say with what.
  return error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === busy;
}

/** Reads the rows of a statement, whose columns are the fields of `Row`. */
export function readAll<Row>(
  statement: StatementSync,
  parameters: Readonly<Record<string, SQLInputValue>>,
): Row[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the statement has them
  return statement.all(parameters) as Row[];
}

/**
 * Makes an empty file for its owner only, as it will hold the key of prediction
 * ids; SQLite's other files follow it. One that is there is not touched: to close
 * it would drop the locks that other connections of this process hold on it.
 */
function createFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch (error) {
    if (!existsSync(file)) throw error;
  }
}

function migrate(database: DatabaseSync, file: string): void {
  const version = readNumber(database, "user_version");
  const known = sqliteMigrations.length;
  if (version > known)
    throw new Error(
      `a newer Presage wrote it (its version is ${version}, this program knows ${known}): start that one, or give another directory`,
    );
  if (version === 0) claim(database, file);
  for (const migration of sqliteMigrations.slice(version)) database.exec(migration);
  database.exec(`PRAGMA user_version = ${known}`);
}

function isNewest(database: DatabaseSync): boolean {
  return (
    readNumber(database, "application_id") === applicationId &&
    readNumber(database, "user_version") === sqliteMigrations.length
  );
}

/** Takes an empty file for a store. */
function claim(database: DatabaseSync, file: string): void {
  const tables = database.prepare("SELECT name FROM sqlite_schema").all();
  if (tables.length > 0)
    throw new Error(
      `it is a database of another program: move ${file} away, or give another directory`,
    );
  database.exec(`PRAGMA application_id = ${applicationId}`);
}

function readNumber(database: DatabaseSync, pragma: string): number {
  return Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
}

/** What to do, by what the file system or SQLite says. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /EACCES|EPERM|EROFS|unable to open|readonly/,
    "give this user the right to write there, or give another directory",
  ],
  [/ENOTDIR|EEXIST|EISDIR/, "give a directory, or a path where one can be made"],
  [/not a database|malformed/, "move the file away, or give another directory"],
  [/locked|busy/, "end the program that holds it, or give another directory"],
  [/ENOSPC|full/, "make room on the disk, or give another directory"],
];

function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const remedy = remedies.find(([pattern]) => pattern.test(message))?.[1];
  return remedy === undefined ? message : `${message}: ${remedy}`;
}
