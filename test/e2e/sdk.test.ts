import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { presage } from "../support/run-command.ts";
import { type StartedServer, startServer } from "../support/start-server.ts";
import { runTool } from "../support/tools.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const committed = join(root, "examples/typed-client/gen");

/** The strictest that a caller's own project is likely to be. */
const project = {
  extends: join(root, "tsconfig.base.json"),
  compilerOptions: {
    customConditions: [],
    noEmit: false,
    noEmitOnError: true,
    outDir: "dist",
    rootDir: ".",
    rewriteRelativeImportExtensions: false,
  },
  include: ["*.ts", "gen"],
};

let server: StartedServer;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "presage-sdk-"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(project));
  server = await startServer();
});
afterAll(async () => {
  await server.finish();
  await rm(folder, { recursive: true });
});

const program = `
import { createGrpcTransport } from "@connectrpc/connect-node";
import { isPresageError } from "@presage/sdk";
import { createBostonHousing, createIris, createPassengers } from "./gen/index.js";
import { Class, classLabels } from "./gen/iris.js";
import { Sex } from "./gen/passengers.js";

const transport = createGrpcTransport({ baseUrl: process.argv[2] ?? "" });
const say = (value: unknown): void => void process.stdout.write(JSON.stringify(value) + "\\n");

const iris = createIris(transport);
const flower = { sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2 };
const { class: species, predictionId, modelVersion, feedback } = await iris.predict(flower);
say([species === Class.SETOSA, classLabels.get(species ?? 0), predictionId !== "", modelVersion]);
say((await feedback({ truth: Class.VIRGINICA })).recorded);
say((await feedback({ truth: Class.SETOSA })).corrected);

const batch = await iris.predictBatch([flower, flower], { version: 1 });
say([batch.rows.length, Object.keys(batch)]);
say((await batch.feedback({ rows: [1], truth: [Class.SETOSA], reward: 2 })).recorded);

const passengers = createPassengers(transport);
const passenger = {
  sex: Sex.FEMALE, embarked: "Cork", alone: true, travelClass: 2, fare: 13,
};
say((await passengers.predict(passenger)).class);

const many = await iris.predictBatch(Array.from({ length: 500 }, () => flower));
// @ts-expect-error: a required feature is missing
const missing = iris.predict({ sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4 });
// @ts-expect-error: no such value of the enum
const misspelt = passengers.predict({ ...passenger, sex: 9 });
const unknown = batch.feedback({ truth: [Class.UNSPECIFIED] });
const absent = iris.predict(flower, { version: 9 });
const empty = createBostonHousing(transport).predictBatch([], { timeoutMs: 10_000 });
const nameless = many.feedback({ truth: Class.SETOSA });
const calls = [missing, misspelt, unknown, absent, empty, nameless];
for (const call of await Promise.allSettled(calls)) {
  const error: unknown = call.status === "rejected" ? call.reason : undefined;
  if (!isPresageError(error)) throw new Error("expected a PresageError", { cause: error });
  say([error.code, error.reason, error.violations.map(({ field }) => field)]);
}
`;

const said = [
  [true, "setosa", true, "1"],
  1,
  1,
  [2, ["$typeName", "rows"]],
  1,
  2,
  ["invalid_argument", "INVALID_INPUT", ["petal_width"]],
  ["invalid_argument", "INVALID_INPUT", ["sex"]],
  ["invalid_argument", "INVALID_INPUT", ["truth[0]"]],
  ["not_found", "VERSION_NOT_FOUND", []],
  ["invalid_argument", "INVALID_INPUT", ["rows"]],
  ["failed_precondition", null, []],
];

describe("presage sdk", () => {
  it("generates code that a strict compiler takes, and that calls the models", async () => {
    const args = ["sdk", server.url, "--out", join(folder, "gen"), "--import-extension", "js"];
    const made = await presage(args);
    expect(made.code).toBe(0);
    expect(made.out.split("\n").map((line) => line.split(/\s{2,}/)[2])).toEqual([
      "FACTORY",
      "createBostonHousing()",
      "createBreastCancer()",
      "createBreastCancerV2()",
      "createIris()",
      "createOncology()",
      "createPassengers()",
      ...Array(3).fill(undefined),
    ]);
    await writeFile(join(folder, "program.ts"), program);
    const compiled = await runTool("tsc", ["--project", folder]);
    expect(compiled.text).toBe("");
    const run = await runTool(process.execPath, [join(folder, "dist/program.js"), server.url]);
    expect(run.errors).toBe("");
    const lines = run.text.trim().split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(said);
  });

  it("generates what the example was generated of, and that again", async () => {
    const out = join(folder, "oncology");
    for (let time = 0; time < 2; time += 1) {
      const { code } = await presage(["sdk", server.url, "oncology", "--out", out]);
      expect(code).toBe(0);
      expect(await readTree(out)).toEqual(await readTree(committed));
    }
  });

  it.each([
    {
      what: "there is no such model",
      args: () => [server.url, "onco", "irises"],
      says: "the server has no model onco, irises: it has boston-housing, breast-cancer, iris, ",
      code: 1,
    },
    {
      what: "no server answers",
      args: () => ["http://127.0.0.1:1"],
      says: "is it running? (presage serve <dir>)",
      code: 1,
    },
    {
      what: "the URL is none",
      args: () => ["localhost:8080"],
      says: "expected the server's URL, e.g. http://localhost:8080, got localhost:8080",
      code: 2,
    },
  ])("ends with $code and writes nothing where $what", async ({ args, says, code }) => {
    const out = join(folder, "none");
    const failed = await presage(["sdk", ...args(), "--out", out]);
    expect(failed.code).toBe(code);
    expect(failed.err).toContain(says);
    await expect(readdir(out)).rejects.toThrow("ENOENT");
  });

  it("teaches with --help", async () => {
    const { code, out } = await presage(["sdk", "--help"]);
    expect(code).toBe(0);
    for (const text of ["--out", "--import-extension", "Examples:", "createIris("])
      expect(out).toContain(text);
  });
});

/** The files of a folder, and their texts. */
async function readTree(path: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  return Object.fromEntries(
    files.map((file, index) => [file.slice(path.length), texts[index] ?? ""]),
  );
}
