import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "vitest";
import { createDirectorySource } from "../../server/src/repository/directory-source.ts";
import { type SourcePlace, testSource } from "./source.contract.ts";

async function createDirectoryPlace(): Promise<SourcePlace> {
  const root = await mkdtemp(join(tmpdir(), "presage-source-"));
  const destroy = (): Promise<void> => rm(root, { recursive: true, force: true });
  return {
    source: createDirectorySource(root),
    async addVersion(model, version) {
      await mkdir(join(root, model, version.toString()), { recursive: true });
    },
    async writeManifest(model, text) {
      await writeFile(join(root, model, "model.yaml"), text);
    },
    destroy,
    [Symbol.asyncDispose]: destroy,
  };
}

describe("a directory", () => {
  testSource(createDirectoryPlace);
});
