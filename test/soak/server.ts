import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { exampleModels } from "../support/start-server.ts";

/** The server that is soaked, in processes of its own. */
export interface SoakedServer {
  /** Where it listens, e.g. `http://localhost:41234`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when it is gone, with its exit code; null if a signal ended it. */
  readonly gone: Promise<number | null>;
  /** The last that it wrote to its standard error. */
  lastWords(): string;
  /** Tells it to end, answering what is under way, and removes what it kept. Gives its exit code. */
  stop(): Promise<number | null>;
}

const preload = new URL("collect-on-signal.ts", import.meta.url);
const command = fileURLToPath(new URL("../../server/bin/presage.js", import.meta.url));

/**
 * What differs from the defaults: messages that are too large need not be large,
 * and calls may wait for their turn while the machine does something else.
 */
const environment = { PRESAGE_LIMITS_MAX_REQUEST_BYTES: "1048576", PRESAGE_TIMEOUTS_QUEUE: "60s" };
/** In characters: the log of a call that failed is a line. */
const keptWords = 3000;

/** Starts the compiled server with the example models and SQLite in a directory of its own. */
export async function startSoakedServer(processes: number): Promise<SoakedServer> {
  const data = mkdtempSync(join(tmpdir(), "presage-soak-"));
  const flags = ["--port", "0", "--json", "--data", data, "--processes", String(processes)];
  const child = spawn(process.execPath, [command, "serve", exampleModels, ...flags], {
    env: {
      ...unconfigured(process.env),
      ...environment,
      NODE_OPTIONS: `--import=${preload.href}`,
    },
    stdio: ["ignore", "pipe", "pipe"],
    // Ctrl-C is for the soak, which then tells the server to end.
    detached: true,
  });
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    words = (words + chunk).slice(-keptWords);
  });
  const kill = (): void => {
    child.kill("SIGKILL");
    rmSync(data, { recursive: true, force: true });
  };
  process.once("exit", kill);
  const gone = once(child, "close").then(() => {
    process.off("exit", kill);
    rmSync(data, { recursive: true, force: true });
    return child.exitCode;
  });
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), "line").then(([first]) => String(first)),
    gone.then((code) => {
      throw new Error(`the server ended with code ${code} before it served:\n${words}`);
    }),
  ]);
  const { url, port } = JSON.parse(line) as { readonly url: string; readonly port: number };
  return {
    url,
    port,
    pid: child.pid ?? 0,
    gone,
    lastWords: () => words,
    stop() {
      child.kill("SIGTERM");
      return gone;
    },
  };
}

/** The environment without the variables that configure a server. */
function unconfigured(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(variables).filter(
      ([name]) => !/^(PRESAGE|OTEL)_/.test(name) && name !== "MODEL_DIR",
    ),
  );
}
