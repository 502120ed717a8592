import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** How a command ended, and what it wrote. */
export interface CommandResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** What a command is run with. */
export interface CommandOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** The directory that it runs in. @default the repository's root */
  readonly directory?: string;
  /** Sends SIGTERM when it is aborted. @default none */
  readonly signal?: AbortSignal;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const entry = fileURLToPath(new URL("../../server/bin/presage.js", import.meta.url));

/** Runs a program to its end. */
export async function run(
  program: string,
  args: readonly string[],
  { environment = {}, directory = root, signal }: CommandOptions = {},
): Promise<CommandResult> {
  const child = spawn(program, args, {
    cwd: directory,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  signal?.addEventListener("abort", () => child.kill("SIGTERM"), { once: true });
  const texts = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    texts.out += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    texts.err += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...texts }));
  });
}

/** Runs `presage` with the Node that runs the tests. */
export function presage(args: readonly string[], options?: CommandOptions): Promise<CommandResult> {
  return run(process.execPath, [entry, ...args], options);
}
