import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runTool, type ToolRun } from "../../support/tools.ts";
import type { BuiltImage } from "./image.ts";

const startScript = fileURLToPath(new URL("start.sh", import.meta.url));

/** Who runs an image, and with what. */
export interface ContainerOptions {
  readonly user: number;
  readonly group: number;
  /** Whether there is a volume to write to. @default true */
  readonly volume?: boolean;
  /** Folders of this machine that are seen inside, but not written to, by their place there. @default none */
  readonly folders?: Readonly<Record<string, string>>;
  /** Variables beside the image's own. @default none */
  readonly environment?: Readonly<Record<string, string>>;
}

/** An image that runs. */
export interface Container {
  readonly url: string;
  /** Its volume, seen from here; empty without one. */
  readonly data: string;
  /** What it has written so far. */
  output(): string;
  /** Runs the image's own check of its health. */
  checkHealth(): Promise<ToolRun>;
  /** Resolves once it is healthy. Rejects with what it wrote if it ends before that. */
  untilHealthy(): Promise<void>;
  /** Sends SIGTERM to its first process. */
  terminate(): Promise<void>;
  /** How it ended: its exit code, null if a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Ends what is left of it. */
  remove(): Promise<void>;
}

/** Runs an image as its configuration says, on a free port of this machine, with a read-only root. */
export async function runImage(image: BuiltImage, options: ContainerOptions): Promise<Container> {
  const { config } = image;
  const volume = options.volume ?? true;
  const folder = await mkdtemp(join(tmpdir(), "presage-volume-"));
  const data = join(folder, "data");
  // As engines do: a new volume has what the image has there, and its owner.
  if (volume) await runTool("cp", ["-a", join(image.root, "data"), data]);
  const port = await freePort();
  const mounts = Object.entries(options.folders ?? {}).map(([to, from]) => `${from}:${to}:ro`);
  const variables = { ...options.environment, PRESAGE_PORT: String(port) };
  const argumentsOf = (command: readonly string[]): readonly string[] => [
    startScript,
    image.root,
    String(options.user),
    String(options.group),
    config.WorkingDir,
    ...mounts,
    ...(volume ? [`${data}:/data`] : []),
    "--",
    ...config.Env,
    ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
    ...command,
  ];
  const child = spawn("bash", argumentsOf([...config.Entrypoint, ...config.Cmd]), {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = once(child, "close").then(() => child.exitCode);
  const [kind, ...check] = config.Healthcheck.Test;
  if (kind !== "CMD") throw new Error(`expected a health check without a shell, got ${kind}`);
  const checkHealth = (): Promise<ToolRun> => runTool("bash", argumentsOf(check));
  return {
    url: `http://127.0.0.1:${port}`,
    data: volume ? data : "",
    output: () => output,
    checkHealth,
    async untilHealthy() {
      while ((await checkHealth()).code !== 0) {
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${output}`);
      }
    },
    terminate: () => signalFirstProcess(child, "SIGTERM"),
    ended,
    async remove() {
      await signalFirstProcess(child, "SIGKILL");
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

/** Signals the first process inside, with which all others end; nothing where it has ended. */
async function signalFirstProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null) return;
  const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8");
  for (const first of children.split(" ")) if (first !== "") process.kill(Number(first), signal);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("no port is free");
  return address.port;
}
