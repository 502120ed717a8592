import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { FoundModel, FoundVersion, Source } from "./source.ts";

const versionName = /^[1-9]\d{0,18}$/;
const manifestNames = ["model.yaml", "model.yml"];
const lockNames = ["contract.lock"];

/**
 * Makes a source of the models in a directory: `<root>/<model>/<version>/`,
 * with an optional `<root>/<model>/model.yaml`. Versions are decimal numbers
 * that do not begin with 0; other directories, and names that begin with a
 * dot, are passed over.
 */
export function createDirectorySource(root: string): Source {
  return {
    async scan() {
      const names = await listDirectories(root);
      return Promise.all(names.map((name) => readModel(name, join(root, name))));
    },
  };
}

async function listDirectories(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  const candidates = entries.filter(({ name }) => !name.startsWith("."));
  const directories = await Promise.all(
    candidates.map(
      async (entry) =>
        entry.isDirectory() ||
        (entry.isSymbolicLink() && (await leadsToDirectory(join(path, entry.name)))),
    ),
  );
  return candidates
    .filter((_, index) => directories[index])
    .map((entry) => entry.name)
    .toSorted();
}

async function leadsToDirectory(link: string): Promise<boolean> {
  try {
    return (await stat(link)).isDirectory();
  } catch {
    // A link that leads nowhere is passed over, as a file is.
    return false;
  }
}

async function readModel(name: string, directory: string): Promise<FoundModel> {
  const versions = (await listDirectories(directory))
    .filter((each) => versionName.test(each))
    .map(
      (each): FoundVersion => ({
        model: name,
        version: BigInt(each),
        directory: join(directory, each),
      }),
    )
    .toSorted((a, b) => (a.version < b.version ? -1 : 1));
  const manifest = await readFirst(directory, manifestNames);
  return { name, versions, manifest, contractLock: await readFirst(directory, lockNames) };
}

/** Reads the first of these files that is there. */
async function readFirst(directory: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    try {
      return await readFile(join(directory, name), "utf8");
    } catch (error) {
      if (!isMissingFile(error)) throw error;
    }
  }
  return undefined;
}

function isMissingFile(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
