import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { TabledModel } from "../../server/src/commands/model-table.ts";
import { keepLog } from "./kept-logs.ts";

/** The five models that come with the project. */
export const exampleModels: string = fileURLToPath(
  new URL("../../examples/models", import.meta.url),
);

/** The paths of a certificate and key for `localhost`, `127.0.0.1` and `::1`. */
export const tlsFiles: { readonly cert: string; readonly key: string } = {
  cert: fileURLToPath(new URL("../data/tls/localhost.crt", import.meta.url)),
  key: fileURLToPath(new URL("../data/tls/localhost.key", import.meta.url)),
};

/** What the command line is started with. */
export interface StartOptions {
  /** The directory of models. @default exampleModels */
  readonly directory?: string;
  /** The directory of the server's own state. @default one of its own, removed at the end */
  readonly data?: string;
  /** More flags, e.g. `["--cors-origin", "*"]`. @default none */
  readonly flags?: readonly string[];
  /** Variables beside the test's own, of which none configures a server. @default none */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A line of a server's log. */
export interface LoggedLine {
  readonly level: string;
  readonly msg: string;
  readonly pid: number;
  readonly [name: string]: unknown;
}

/** A server that runs as a process of its own. */
export interface StartedServer {
  /** Where it listens, e.g. `http://localhost:41234`. */
  readonly url: string;
  readonly port: number;
  /** The models, as the server announced them. */
  readonly models: readonly TabledModel[];
  readonly process: ChildProcess;
  /** What it has written to its standard error so far. */
  errors(): string;
  /** The lines of its log so far. */
  lines(): readonly LoggedLine[];
  /** Resolves once its log has so many lines whose message is like this, 1 by default. */
  told(message: RegExp, times?: number): Promise<void>;
  /**
   * Sends SIGTERM and waits for the end. Gives the exit code; null if a signal
   * ended the process. A second call gives the same.
   */
  stop(): Promise<number | null>;
  /** Stops it, and rejects unless it ended with 0 and never reported a fault of its own. */
  finish(): Promise<void>;
}

const command = fileURLToPath(new URL("../../server/bin/presage.js", import.meta.url));

/**
 * Starts the real command line on a free port and waits until it serves.
 * Rejects with what it wrote to its standard error if it ends before that.
 */
export async function startServer(options: StartOptions = {}): Promise<StartedServer> {
  const { directory = exampleModels, flags = [], environment = {} } = options;
  const data = options.data ?? mkdtempSync(join(tmpdir(), "presage-data-"));
  const child = spawn(
    process.execPath,
    [command, "serve", directory, "--port", "0", "--json", "--data", data, ...flags],
    { env: { ...unconfigured(process.env), ...environment }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    errors += chunk;
  });
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  const closed = once(child, "close").then(() => {
    process.off("exit", kill);
    keepLog(errors);
    if (options.data === undefined) rmSync(data, { recursive: true, force: true });
    return child.exitCode;
  });
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), "line").then(([first]) => String(first)),
    closed.then((code) => {
      throw new Error(`the server ended with code ${code} before it served:\n${errors}`);
    }),
  ]);
  const lines = (): readonly LoggedLine[] =>
    errors
      .slice(0, errors.lastIndexOf("\n") + 1)
      .split("\n")
      // Lines of Node itself are no JSON.
      .filter((each) => each.startsWith("{"))
      .map((each): LoggedLine => JSON.parse(each));
  const stop = (): Promise<number | null> => {
    child.kill("SIGTERM");
    return closed;
  };
  return {
    ...readAnnouncement(line),
    process: child,
    errors: () => errors,
    lines,
    async told(message, times = 1) {
      while (lines().filter(({ msg }) => message.test(msg)).length < times)
        await once(child.stderr, "data");
    },
    stop,
    async finish() {
      const code = await stop();
      if (code !== 0 || errors.includes("fault:"))
        throw new Error(`the server ended with code ${code} and wrote:\n${errors}`);
    },
  };
}

function readAnnouncement(line: string): Pick<StartedServer, "url" | "port" | "models"> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `serve --json` prints
  return JSON.parse(line) as Pick<StartedServer, "url" | "port" | "models">;
}

/** The environment without the variables that configure a server, or where its telemetry goes. */
function unconfigured(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !/^(PRESAGE|OTEL)_/.test(name) && name !== "MODEL_DIR",
    ),
  );
}
