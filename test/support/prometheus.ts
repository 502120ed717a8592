import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createPrometheusApi, type PrometheusApi } from "./prometheus-api.ts";

/** The files that a Prometheus is started with, as texts. */
export interface PrometheusFiles {
  readonly config: string;
  readonly rules: string;
}

/** A real Prometheus, in a directory of its own. */
export interface PrometheusServer extends PrometheusApi {
  readonly url: string;
  /** Gives it another configuration, of the same rules. */
  configure(config: string): Promise<void>;
  /** Stops it, and removes what it kept. */
  stop(): Promise<void>;
}

/** Starts the system's Prometheus on a free port. Rejects with what it wrote if it does not start. */
export async function startPrometheus(files: PrometheusFiles): Promise<PrometheusServer> {
  const folder = await mkdtemp(join(tmpdir(), "presage-prometheus-"));
  const config = join(folder, "prometheus.yml");
  await writeFile(config, files.config);
  await writeFile(join(folder, "rules.yml"), files.rules);
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    "prometheus",
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=${address}`,
      "--web.enable-lifecycle",
      "--enable-feature=exemplar-storage",
      "--log.level=warn",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  const closed = once(child, "close").then(
    () => process.off("exit", kill),
    (cause) => {
      throw new Error("cannot run prometheus: test/interop/install.sh installs it", { cause });
    },
  );
  const url = `http://${address}`;
  await Promise.race([
    answered(`${url}/-/ready`),
    closed.then(() => {
      throw new Error(`Prometheus ended:\n${errors}`);
    }),
  ]);
  return {
    ...createPrometheusApi(url),
    url,
    async configure(text) {
      await writeFile(config, text);
      const response = await fetch(`${url}/-/reload`, { method: "POST" });
      if (!response.ok) throw new Error(await response.text());
    },
    async stop() {
      child.kill("SIGTERM");
      await closed;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves once a page is there. */
async function answered(url: string): Promise<void> {
  const isThere = (): Promise<boolean> =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isThere())) await setTimeout(50);
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("there is no free port");
  return address.port;
}
