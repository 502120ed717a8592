import { type ChildProcessByStdio, spawn } from "node:child_process";
import { delimiter } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

/** What a program did. */
export interface ToolRun {
  /** The exit code; null if a signal ended it. */
  readonly code: number | null;
  readonly output: Buffer;
  /** The output as text. */
  readonly text: string;
  /** What it wrote to its standard error. */
  readonly errors: string;
}

/** What a program is run with, beside its arguments. */
export interface ToolOptions {
  /** What it reads from its standard input. @default nothing */
  readonly input?: Buffer | string;
  /** Variables beside the test's own. @default none */
  readonly environment?: Readonly<Record<string, string>>;
}

const own = [".tools/bin", "node_modules/.bin"].map((folder) =>
  fileURLToPath(new URL(`../../${folder}`, import.meta.url)),
);
/** Where root's programs are, which not every shell of root's looks for. */
const ofRoot = ["/usr/sbin", "/sbin"];

/** Runs a program to its end. Rejects if it is not installed, but not if it fails. */
export async function runTool(
  name: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<ToolRun> {
  const child = start(name, args, options);
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  // A program that ends without reading everything tells so by its exit code.
  child.stdin.on("error", () => {}).end(options.input);
  const code = await ended(child, name);
  const whole = Buffer.concat(output);
  return { code, output: whole, text: whole.toString(), errors: Buffer.concat(errors).toString() };
}

/** Runs a program until its output holds a text, and kills it. Rejects if it ends before that. */
export async function runToolUntil(
  name: string,
  args: readonly string[],
  wanted: string,
): Promise<string> {
  const child = start(name, args, {});
  child.stdin.end();
  let text = "";
  const seen = new Promise<void>((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.includes(wanted)) resolve();
    });
  });
  const end = ended(child, name);
  await Promise.race([
    seen,
    end.then((code) => {
      throw new Error(`${name} ended with code ${code} after ${JSON.stringify(text)}`);
    }),
  ]);
  child.kill("SIGKILL");
  await end;
  return text;
}

function start(
  name: string,
  args: readonly string[],
  { environment = {} }: ToolOptions,
): ChildProcessByStdio<Writable, Readable, Readable> {
  const path = [...own, process.env["PATH"] ?? "", ...ofRoot].join(delimiter);
  return spawn(name, args, {
    env: { ...process.env, ...environment, PATH: path },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

function ended(child: ReturnType<typeof start>, name: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("close", resolve).once("error", (cause) => {
      reject(new Error(`cannot run ${name}: test/interop/install.sh installs it`, { cause }));
    });
  });
}
