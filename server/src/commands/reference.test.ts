import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createModelDirectory, repositoryPath } from "../../../test/support/model-directory.ts";
import { readReference } from "../quality/drift/reference-reader.ts";
import type { WatchedColumn } from "../quality/drift/watched-column.ts";
import type { ExitCode } from "./console.ts";
import { buildReference } from "./reference.ts";

const models = createModelDirectory();
afterAll(() => models[Symbol.dispose]());
for (const model of ["iris", "breast-cancer", "passengers"])
  models.copy(`examples/models/${model}`, model);

interface Ended {
  readonly code: ExitCode;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

async function build(path: string, data: string): Promise<Ended> {
  const [out, err]: [string[], string[]] = [[], []];
  const console = {
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    isTerminal: false,
  };
  const code = await buildReference({ path: join(models.root, path), data, console });
  return { code, out, err };
}

function writeData(name: string, text: string): string {
  models.write(`.data/${name}`, text);
  return join(models.root, ".data", name);
}

const irisHeader = "sepal_length,sepal_width,petal_length,petal_width";
const flowers = `${irisHeader},species\n5.1,3.5,1.4,0.2,setosa\n6.3,2.9,5.6,1.8,virginica\n5.1,3.5,1.4,0.2,setosa\n`;

describe("buildReference()", () => {
  it("writes how rows and answers are spread beside the model file, and says so", async () => {
    const { code, out, err } = await build("iris/1", writeData("iris.csv", flowers));
    const target = join(models.root, "iris/1/reference.json");
    expect([code, err]).toEqual([
      0,
      [
        "no features, left out: species",
        `${target}: 3 rows; a server reads it when it loads the version`,
      ],
    ]);
    expect(out.map((line) => line.split(/ {2,}/))).toEqual([
      ["COLUMN", "KIND", "MISSING", "OUT OF RANGE"],
      ["sepal_length", "numbers", "2 cells", "0.0 %", "0.0 %"],
      ["sepal_width", "numbers", "2 cells", "0.0 %", "0.0 %"],
      ["petal_length", "numbers", "2 cells", "0.0 %", "0.0 %"],
      ["petal_width", "numbers", "2 cells", "0.0 %", "0.0 %"],
      ["label", "categories", "3 values", "0.0 %", "0.0 %"],
    ]);
    const { rows, columns } = JSON.parse(readFileSync(target, "utf8")) as {
      rows: number;
      columns: readonly (WatchedColumn & { readonly counts: readonly number[] })[];
    };
    const read = readReference(readFileSync(target, "utf8"), columns);
    expect([rows, read.kind]).toEqual([3, "ok"]);
    expect(columns.map(({ counts }) => counts)).toEqual([
      [0, 2, 1, 0],
      [0, 1, 2, 0],
      [0, 2, 1, 0],
      [0, 2, 1, 0],
      [2, 1, 0, 0],
    ]);
  });

  it("takes the highest version of a model, and files of many rows", async () => {
    const data = repositoryPath("test/data/drift/breast-cancer.csv");
    const { code, err } = await build("breast-cancer", data);
    const target = join(models.root, "breast-cancer/2/reference.json");
    expect([code, err]).toEqual([
      0,
      [`${target}: 569 rows; a server reads it when it loads the version`],
    ]);
    expect(existsSync(join(models.root, "breast-cancer/1/reference.json"))).toBe(false);
  });

  it("counts what is missing", async () => {
    const rows = [
      { sex: "female", embarked: "Cherbourg", alone: false, travel_class: 3, age: 35, fare: 25.4 },
      { sex: "male", embarked: "Belfast", alone: true, travel_class: 3, fare: 8 },
    ];
    const { out } = await build(
      "passengers/1",
      writeData("rows.ndjson", rows.map((row) => JSON.stringify(row)).join("\n")),
    );
    const cells = new Map(
      out.map((line) => line.split(/ {2,}/)).map(([name, ...rest]) => [name, rest]),
    );
    expect(cells.get("age")).toEqual(["numbers", "1 cells", "50.0 %", "0.0 %"]);
    expect(cells.get("embarked")).toEqual(["categories", "3 values", "0.0 %", "50.0 %"]);
  });

  it("names the row and the column of what the model does not take, and writes nothing", async () => {
    const good = Array.from({ length: 150 }, () => "1,1,1,1");
    const text = [irisHeader, ...good, "1,wide,1,1", "1,1,,1"].join("\n");
    models.copy("examples/models/iris", "garden");
    await expect(build("garden/1", writeData("bad.csv", text))).rejects.toThrow(
      /bad\.csv has rows that the model does not take:\n {2}row 151, sepal_width: expected a number, got "wide"\n {2}row 152, petal_length: missing$/,
    );
    expect(existsSync(join(models.root, "garden/1/reference.json"))).toBe(false);
  });

  it("replaces a reference that does not fit any more, and keeps it", async () => {
    models.copy("examples/models/iris", "meadow");
    models.write("meadow/1/reference.json", '{ "format": 0 }');
    const target = join(models.root, "meadow/1/reference.json");
    const { code, err } = await build("meadow/1", writeData("iris.csv", flowers));
    expect([code, err[0]]).toEqual([
      0,
      `${target} does not fit any more, and is now reference.json.old`,
    ]);
    expect(readFileSync(`${target}.old`, "utf8")).toBe('{ "format": 0 }');
    expect(JSON.parse(readFileSync(target, "utf8"))).toMatchObject({ format: 1, rows: 3 });
  });

  it("refuses a file without rows", async () => {
    await expect(build("iris", writeData("none.csv", `${irisHeader}\n`))).rejects.toThrow(
      /none\.csv: expected rows, got none$/,
    );
  });

  it.each(["nothing", "iris/2", "iris/model.yaml", "nothing/1"])(
    "is called wrongly with %s",
    async (path) => {
      const { code, err } = await build(path, "rows.csv");
      expect([code, err]).toEqual([2, [expect.stringContaining(`${path}: no such model`)]]);
    },
  );

  it("tells why a version cannot be loaded", async () => {
    models.write("broken/1/model.onnx", "no model");
    await expect(build("broken", writeData("iris.csv", flowers))).rejects.toThrow(
      /^broken\/1 cannot be loaded:\n {2}model\.onnx: /,
    );
    models.copy("examples/models/iris", "wrong");
    models.write("wrong/model.yaml", "aliases: { stable: 9 }\n");
    await expect(build("wrong", writeData("iris.csv", flowers))).rejects.toThrow(
      /^wrong\/1 cannot be loaded:\n {2}aliases\.stable: the model has no version 9$/,
    );
  });
});
