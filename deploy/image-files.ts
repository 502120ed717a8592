// Gathers what an image holds, after `npm ci` and `npm run build`:
//   node deploy/image-files.ts <folder> <architecture: amd64 or arm64; "" for this one> [cuda]
// <folder>/program is what nobody changes, <folder>/state what the server may write to.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [folder = "", architecture = "", provider = "cpu"] = process.argv.slice(2);
const program = join(folder, "program");
const app = join(program, "app");
const data = join(folder, "state", "data");

/** Our packages, and what each holds beside its package.json. */
const ours: Readonly<Record<string, readonly string[]>> = {
  gen: ["proto", "schema", "LICENSE"],
  sdk: ["dist", "LICENSE"],
  server: ["bin", "dist", "LICENSE"],
};

/** What only `presage sdk` needs, which writes sources, and so runs on a developer's machine; and types. */
const leftOut =
  /(?:^|\/)(?:@bufbuild\/protoc-gen-es|@bufbuild\/protoplugin|@?typescript|@types)(?:\/|$)/;

const nativeFiles = join("onnxruntime-node", "bin");
const platform = join(
  "linux",
  architecture === "" ? process.arch : architecture.replace("amd64", "x64"),
);

/** Whether a file of a package is for another platform, or for a provider that the image has not. */
function isForOthers(path: string): boolean {
  const [, native] = path.split(`${nativeFiles}${sep}`);
  if (native === undefined) return false;
  const [, ...place] = native.split(sep);
  const [os, arch, file = ""] = place;
  if (os !== undefined && !platform.startsWith(os)) return true;
  if (arch !== undefined && join(os ?? "", arch) !== platform) return true;
  if (file.includes("_providers_tensorrt")) return true;
  return file.includes("_providers_") && provider !== "cuda";
}

/** Whether a file of a package is run by nobody: types, maps, sources, and tests. */
function isForDevelopers(path: string): boolean {
  return (
    /\.(?:[cm]?tsx?|map|tsbuildinfo|test\.[cm]?js)$/.test(path) ||
    ["test", "tests", "__tests__"].includes(basename(path))
  );
}

function copy(from: string, to: string): void {
  cpSync(from, to, {
    recursive: true,
    filter: (path) => {
      const inside = relative(from, path);
      const nested = inside.split(sep).includes("node_modules");
      return !nested && !isForOthers(path) && !isForDevelopers(inside);
    },
  });
}

/** The folders of all packages that the server's production dependencies come to, from the root. */
function productionPackages(): readonly string[] {
  const list = ["ls", "--omit=dev", "--all", "--parseable", "--workspace", "server"];
  return execFileSync("npm", list, { cwd: root, encoding: "utf8" })
    .split("\n")
    .map((path) => relative(root, path))
    .filter((path) => path.startsWith("node_modules") && !path.includes("@presage"))
    .filter((path) => !leftOut.test(path));
}

rmSync(folder, { recursive: true, force: true });
for (const path of productionPackages()) copy(join(root, path), join(app, path));
mkdirSync(join(app, "node_modules/@presage"), { recursive: true });
for (const [name, parts] of Object.entries(ours)) {
  for (const part of ["package.json", ...parts])
    copy(join(root, name, part), join(app, name, part));
  symlinkSync(`../../${name}`, join(app, "node_modules/@presage", name));
}
if (!existsSync(join(app, "node_modules", nativeFiles))) throw new Error("ONNX Runtime is missing");

mkdirSync(join(program, "models"), { recursive: true });
mkdirSync(join(program, "usr/local/bin"), { recursive: true });
symlinkSync("/app/server/bin/presage.js", join(program, "usr/local/bin/presage"));
mkdirSync(data, { recursive: true });
chmodSync(data, 0o2775);
