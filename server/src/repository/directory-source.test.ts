import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  createModelDirectory,
  type ModelDirectory,
} from "../../../test/support/model-directory.ts";
import { createDirectorySource } from "./directory-source.ts";
import type { FoundModel } from "./source.ts";

async function scan(fill: (models: ModelDirectory) => void): Promise<readonly FoundModel[]> {
  using models = createModelDirectory();
  fill(models);
  const found = await createDirectorySource(models.root).scan();
  // Where the directory lies is of no interest.
  return JSON.parse(
    JSON.stringify(found, (_, value: unknown) =>
      typeof value === "bigint" ? `${value}n` : value,
    ).replaceAll(models.root, "root"),
  ) as FoundModel[];
}

describe("scan()", () => {
  it("finds models, their versions and their manifests", async () => {
    const found = await scan((models) => {
      models.make("b/2");
      models.make("b/10");
      models.make("b/1");
      models.write("b/model.yaml", "task: binary");
      models.make("a");
    });
    expect(found).toEqual([
      { name: "a", versions: [] },
      {
        name: "b",
        manifest: "task: binary",
        versions: [
          { model: "b", version: "1n", directory: "root/b/1" },
          { model: "b", version: "2n", directory: "root/b/2" },
          { model: "b", version: "10n", directory: "root/b/10" },
        ],
      },
    ]);
  });

  it("passes over what is no model and no version", async () => {
    const found = await scan((models) => {
      models.write("README.md", "");
      models.make(".git");
      models.write("a/1", "a file");
      for (const name of ["0", "01", "-1", "1.0", "v1", "data", ".1", "1".repeat(20)]) {
        models.make(`a/${name}`);
      }
    });
    expect(found).toEqual([{ name: "a", versions: [] }]);
  });

  it("follows links that lead to directories, and passes over others", async () => {
    const found = await scan((models) => {
      models.make("real/1");
      symlinkSync(join(models.root, "real"), join(models.root, "alias"));
      models.write("notes.txt", "");
      symlinkSync(join(models.root, "notes.txt"), join(models.root, "file"));
      symlinkSync(join(models.root, "gone"), join(models.root, "broken"));
      symlinkSync(join(models.root, "real", "1"), join(models.root, "real", "2"));
    });
    expect(found.map(({ name, versions }) => [name, versions.length])).toEqual([
      ["alias", 2],
      ["real", 2],
    ]);
  });

  it("takes model.yml too, but model.yaml first", async () => {
    const found = await scan((models) => {
      models.write("a/model.yml", "task: other");
      models.write("b/model.yml", "task: other");
      models.write("b/model.yaml", "task: binary");
    });
    expect(found.map(({ manifest }) => manifest)).toEqual(["task: other", "task: binary"]);
  });

  it("finds nothing in an empty directory", async () => {
    expect(await scan(() => undefined)).toEqual([]);
  });

  it("rejects where there is no directory", async () => {
    await expect(createDirectorySource("/nowhere/at/all").scan()).rejects.toThrow("ENOENT");
  });
});
