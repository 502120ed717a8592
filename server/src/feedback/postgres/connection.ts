import { Pool, type PoolClient, types } from "pg";
import { migrate } from "./migrate.ts";

/** Runs a statement, and reads its rows. */
export type Query = <Row extends object>(
  text: string,
  values?: readonly unknown[],
) => Promise<readonly Row[]>;

/** A database that need not be there yet. */
export interface PostgresConnection {
  /** Runs one statement. */
  readonly query: Query;
  /** Does work in one transaction: all of it, or nothing if it rejects. */
  readonly transact: <T>(work: (query: Query) => Promise<T>) => Promise<T>;
  /** Connects, and brings the database to the newest form. Every call does so first, until it has worked once. */
  prepare(): Promise<void>;
  close(): Promise<void>;
}

/** The most connections of one process: one commits, and the others read. */
const connections = 4;

/** How long is waited for a connection, in milliseconds. */
const connectMs = 3000;

/** How long is waited for one statement, in milliseconds. */
const statementMs = 10_000;

/**
 * Begins a transaction that holds nobody up for long if this process is cut off,
 * and whose commit is on the disk when it is said to be.
 */
const begin = `
  BEGIN;
  SET LOCAL statement_timeout = ${statementMs};
  SET LOCAL idle_in_transaction_session_timeout = ${statementMs};
  SELECT set_config('synchronous_commit', 'local', true) WHERE current_setting('synchronous_commit') = 'off'`;

const bigintType = types.builtins.INT8;

/** Makes a pool of connections to the database of a URL. */
export function createPostgresConnection(url: string): PostgresConnection {
  const pool = new Pool({
    connectionString: url,
    application_name: "presage",
    max: connections,
    connectionTimeoutMillis: connectMs,
    query_timeout: statementMs,
    keepAlive: true,
    // The server's end is not delayed by a connection that nobody uses.
    allowExitOnIdle: true,
    types: {
      // Places and times are far below 2^53.
      getTypeParser: (type, format) =>
        type === bigintType ? Number : types.getTypeParser(type, format),
    },
  });
  // A connection that broke while nobody used it is replaced by the next call.
  pool.on("error", () => {});

  const begun = async <T>(work: (query: Query) => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    try {
      await client.query(begin);
      const result = await work(queryOf(client));
      await client.query("COMMIT");
      client.release();
      return result;
    } catch (error) {
      // Whatever state it is in, closing it rolls back.
      client.release(true);
      throw error;
    }
  };

  let prepared: Promise<void> | undefined;
  const prepare = (): Promise<void> => {
    prepared ??= begun(migrate).catch((error: unknown) => {
      prepared = undefined;
      throw error;
    });
    return prepared;
  };

  return {
    prepare,
    async query(text, values) {
      await prepare();
      return queryOf(pool)(text, values);
    },
    async transact(work) {
      await prepare();
      return begun(work);
    },
    close: () => pool.end(),
  };
}

function queryOf(client: Pool | PoolClient): Query {
  return async <Row extends object>(text: string, values?: readonly unknown[]) => {
    const { rows } = await client.query<Row>(text, values === undefined ? undefined : [...values]);
    return rows;
  };
}
