import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runTool, type ToolRun } from "../../support/tools.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const buildahScript = fileURLToPath(new URL("buildah.sh", import.meta.url));

/** Runs buildah on the tests' own image store, and gives what it printed. Rejects if it fails. */
export async function buildah(...args: readonly string[]): Promise<string> {
  return succeed(`buildah ${args[0]}`, await runTool("bash", [buildahScript, ...args]));
}

function succeed(what: string, { code, text, errors }: ToolRun): string {
  if (code === 0) return text.trim();
  throw new Error(`${what} ended with ${code}: ${(text + errors).slice(-4000)}`);
}

/** What an image says of itself, as its configuration writes it. */
export interface ImageConfig {
  readonly User: string;
  readonly WorkingDir: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly ExposedPorts: Readonly<Record<string, object>>;
  readonly Volumes: Readonly<Record<string, object>>;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Healthcheck: { readonly Test: readonly string[] };
}

/** An image that was built, and laid out to be looked at and run. */
export interface BuiltImage {
  readonly name: string;
  readonly config: ImageConfig;
  /** Where its files are. */
  readonly root: string;
}

/** Lays an image's files out, until `buildah rm --all`. */
export async function openImage(name: string): Promise<BuiltImage> {
  const { Docker } = JSON.parse(await buildah("inspect", "--type", "image", name)) as {
    Docker: { config: ImageConfig };
  };
  const container = await buildah("from", "--pull-never", name);
  return { name, config: Docker.config, root: await buildah("mount", container) };
}

/**
 * Builds the target `cpu` of deploy/Dockerfile on the base image of these tests, pinned by its
 * digest, with what npm needs on this machine as secrets. Gives a text that each of the secrets holds.
 */
export async function buildPresage(name: string): Promise<string> {
  const mark = `secret-${randomUUID()}`;
  const folder = await mkdtemp(join(tmpdir(), "presage-secrets-"));
  try {
    await writeFile(join(folder, "npmrc"), `${await readNpmSettings()}\n# ${mark}\n`);
    await writeFile(join(folder, "ca"), `${readAuthorities()}\n${mark}\n`);
    const secrets = ["npmrc", "ca"].flatMap((id) => ["--secret", `id=${id},src=${folder}/${id}`]);
    const node = "localhost/presage-test/node";
    const digests = await buildah("images", "--digests", "--format", "{{.Digest}}", `${node}:24`);
    const [digest = ""] = digests.split("\n");
    const base = [`NODE_IMAGE=${node}`, `NODE_DIGEST=${digest}`].flatMap((argument) => [
      "--build-arg",
      argument,
    ]);
    const file = ["--file", join(root, "deploy/Dockerfile"), "--target", "cpu"];
    await buildah("build", ...file, ...base, ...secrets, "--tag", name, root);
  } finally {
    await rm(folder, { recursive: true });
  }
  return mark;
}

/** Builds an image of a Dockerfile of the repository. */
export async function buildOnTop(name: string, file: string, context: string): Promise<void> {
  await buildah("build", "--file", join(root, file), "--tag", name, join(root, context));
}

async function readNpmSettings(): Promise<string> {
  const npm = async (setting: string): Promise<string> =>
    succeed("npm config", await runTool("npm", ["config", "get", setting])).trim();
  const [file, registry] = await Promise.all([npm("userconfig"), npm("registry")]);
  return `${existsSync(file) ? readFileSync(file, "utf8") : ""}\nregistry=${registry}`;
}

/** The authorities that this machine trusts beside Node's own. */
function readAuthorities(): string {
  const file = process.env["NODE_EXTRA_CA_CERTS"] ?? process.env["SSL_CERT_FILE"];
  return file === undefined ? "" : readFileSync(file, "utf8");
}
