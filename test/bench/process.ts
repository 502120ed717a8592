import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Which core a program has to itself; `shared`: it has all that there are, and none to itself. */
export type Role = "server" | "load" | "shared";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cores: Readonly<Record<Exclude<Role, "shared">, string>> = { server: "0", load: "1" };

/** Whether programs can be kept apart: two cores, and `taskset` to pin to them. */
export const pinned: boolean =
  availableParallelism() > 1 && spawnSync("taskset", ["--version"]).status === 0;

/** Variables that a program is started with, beside those of this process. */
export type Environment = Readonly<Record<string, string>>;

/** Starts a Node program of this folder, or at an absolute path, on the core of its role. */
export function spawnNode(
  role: Role,
  script: string,
  args: readonly string[],
  environment: Environment = {},
): ChildProcess {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const node = [process.execPath, path, ...args];
  const [program = "", ...rest] =
    pinned && role !== "shared" ? ["taskset", "-c", cores[role], ...node] : node;
  const child = spawn(program, rest, {
    cwd: root,
    env: { ...unconfigured(process.env), ...environment },
    stdio: ["ignore", "pipe", "inherit", role === "load" ? "ipc" : "ignore"],
    serialization: "advanced",
  });
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  return child;
}

/** A server in a process of its own. */
export interface ServerProgram {
  readonly port: number;
  readonly pid: number;
  /** Ends it at once. Resolves when it is gone. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a server and waits for its first line, a JSON object with the `port`
 * that it serves on. It has a core to itself unless its role is another one.
 */
export async function startServer(
  script: string,
  args: readonly string[],
  role: Role = "server",
  environment: Environment = {},
): Promise<ServerProgram> {
  const child = spawnNode(role, script, args, environment);
  const exit = once(child, "exit");
  const line = await Promise.race([
    firstLine(child),
    exit.then(([code]) => {
      throw new Error(`${script} ended with code ${String(code)} before it served`);
    }),
  ]);
  const { port } = JSON.parse(line) as { readonly port: number };
  return {
    port,
    pid: child.pid ?? 0,
    async stop() {
      child.kill("SIGKILL");
      await exit;
    },
  };
}

/** Runs a program on the servers' core to its end, and gives the first line that it writes. */
export async function runOnServerCore(script: string, args: readonly string[]): Promise<string> {
  const child = spawnNode("server", script, args);
  const exit = once(child, "exit");
  const line = await Promise.race([
    firstLine(child),
    exit.then(([code]) => {
      throw new Error(`${script} ended with code ${String(code)} and said nothing`);
    }),
  ]);
  await exit;
  return line;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("a program without a standard output");
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, "line");
  return String(line);
}

/** The environment without the variables that configure a server. */
function unconfigured(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !/^(PRESAGE|OTEL)_/.test(name) && name !== "MODEL_DIR",
    ),
  );
}
