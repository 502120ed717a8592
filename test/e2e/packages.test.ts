import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { run } from "../support/run-command.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The paths in what a package says of itself: its exports, imports and programs. */
function pathsIn(entry: unknown): readonly string[] {
  if (typeof entry === "string") return [entry.replace("./", "")];
  return Object.values(entry ?? {}).flatMap(pathsIn);
}

describe.each(["sdk", "server"])("the package %s, as it is published", (folder) => {
  const read = async () => {
    const manifest = JSON.parse(await readFile(`${root}/${folder}/package.json`, "utf8"));
    const args = ["pack", "--dry-run", "--json", "--ignore-scripts", "--workspace", folder];
    const [packed] = JSON.parse((await run("npm", args)).out) as { files: { path: string }[] }[];
    return { manifest, files: packed?.files.map(({ path }) => path) ?? [] };
  };

  it("holds every file that it names, its licence and its readme", async () => {
    const { manifest, files } = await read();
    const named = pathsIn([manifest.exports, manifest.imports, manifest.bin]);
    expect(files).toEqual(expect.arrayContaining([...named, "LICENSE", "README.md"]));
  });

  it("holds each source that is no test, and what it was compiled to", async () => {
    const { files } = await read();
    const modulesIn = (prefix: string, suffix: string): readonly string[] =>
      files
        .filter((path) => path.startsWith(prefix) && path.endsWith(suffix))
        .map((path) => path.slice(prefix.length, -suffix.length));
    const sources = modulesIn("src/", ".ts");
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.filter((name) => /test/.test(name))).toEqual([]);
    for (const suffix of [".js", ".js.map", ".d.ts", ".d.ts.map"])
      expect(modulesIn("dist/", suffix)).toEqual(sources);
  });
});

/** Every module that a compiled file of the SDK imports, through all of the SDK's own. */
async function importsOf(file: string, seen: Set<string> = new Set()): Promise<readonly string[]> {
  const text = await readFile(`${root}/sdk/dist/${file}`, "utf8");
  for (const [, name = ""] of text.matchAll(/(?:from|import) "([^"]+)"/g)) {
    if (seen.has(name)) continue;
    seen.add(name);
    const own = file.endsWith(".d.ts") ? name.replace(/\.ts$/, ".d.ts") : name;
    if (name.startsWith("./")) await importsOf(own, seen);
  }
  return [...seen];
}

describe("the package sdk, where what is optional is not installed", () => {
  for (const file of ["node.js", "node.d.ts", "web.js", "web.d.ts"]) {
    it(`has all that ${file} needs`, async () => {
      const { dependencies } = JSON.parse(await readFile(`${root}/sdk/package.json`, "utf8"));
      const packages = (await importsOf(file))
        .filter((name) => !/^(\.\/|node:)/.test(name))
        .map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0]);
      expect(packages).toContain("@connectrpc/connect");
      expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(packages));
    });
  }
});
