import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Console } from "../../server/src/commands/console.ts";
import { checkContracts } from "../../server/src/commands/contract-check.ts";
import { exportContracts } from "../../server/src/commands/contract-export.ts";
import { lockContracts } from "../../server/src/commands/contract-lock.ts";

const examples = fileURLToPath(new URL("../../examples/models", import.meta.url));

interface Printed extends Console {
  readonly lines: string[];
  readonly errors: string[];
}

function createConsole(): Printed {
  const lines: string[] = [];
  const errors: string[] = [];
  return {
    lines,
    errors,
    out: (line) => void lines.push(line),
    err: (line) => void errors.push(line),
    isTerminal: false,
  };
}

describe("presage contract", () => {
  let directory = "";
  let console = createConsole();
  const models: readonly string[] = [];

  /** Changes the manifest of oncology. */
  const edit = async (from: string, to: string): Promise<void> => {
    const path = join(directory, "oncology", "model.yaml");
    const text = await readFile(path, "utf8");
    expect(text).toContain(from);
    await writeFile(path, text.replaceAll(from, to));
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "presage-contract-"));
    await cp(examples, directory, { recursive: true });
    for (const name of ["oncology", "breast-cancer"])
      await rm(join(directory, name, "contract.lock"), { force: true });
    console = createConsole();
  });
  afterEach(() => rm(directory, { recursive: true }));

  it("finds every example model keeping to its contract", async () => {
    expect(await checkContracts({ directory, models, console })).toBe(0);
    expect(console.lines.map((line) => line.split(/ {2,}/).slice(0, 3))).toEqual([
      ["MODEL", "VERSION", "CONTRACT"],
      ["boston-housing", "1", "v1"],
      ["breast-cancer", "1", "v1"],
      ["breast-cancer", "2", "v2"],
      ["iris", "1", "v1"],
      ["oncology", "1", "v1"],
      ["passengers", "1", "v1"],
    ]);
  });

  it("locks numbers once, and tells what is new", async () => {
    const call = { directory, models: ["breast-cancer"], breaking: false, console };
    expect(await lockContracts(call)).toBe(0);
    expect(console.lines).toContain("  + v1 Prediction.probabilities = 3 (repeated double)");
    expect(console.lines).toContain("  + v2 version 2");
    console.lines.length = 0;
    expect(await lockContracts(call)).toBe(0);
    expect(console.lines).toEqual(["breast-cancer: unchanged"]);
  });

  it("refuses a manifest that breaks callers, and takes it when told to", async () => {
    const call = { directory, models: ["oncology"], console };
    await lockContracts({ ...call, breaking: false });
    await edit("mitoses", "divisions");
    console.lines.length = 0;
    expect(await checkContracts(call)).toBe(1);
    expect(console.lines).toEqual([
      "MODEL      VERSION   CONTRACT   STATE",
      "oncology   1         v1         broken",
    ]);
    expect(console.errors).toEqual([
      "oncology: version 1: FIELD_NO_DELETE: Tumor.mitoses: field 9 is gone",
      "oncology: version 1: FIELD_NOT_REQUIRED: Tumor.divisions: the field is new, and callers must set it; give it `missing: fill`",
      "oncology: version 1 breaks callers of v1: begin the next contract with `contract: { versions: { 1: 2 } }` in model.yaml",
    ]);
    expect(await lockContracts({ ...call, breaking: false })).toBe(1);
    console.lines.length = 0;
    expect(await lockContracts({ ...call, breaking: true })).toBe(0);
    expect(console.lines.slice(1)).toEqual([
      "  + v1 Tumor.divisions = 10 (optional int64, required)",
      "  + v1 Tumor.mitoses = 9 (reserved)",
      "  - v1 Tumor.mitoses = 9 (optional int64, required)",
    ]);
    expect(await checkContracts(call)).toBe(0);
  });

  it("keeps numbers where features change their places", async () => {
    const call = { directory, models: ["oncology"], console };
    await lockContracts({ ...call, breaking: false });
    await edit("name: mitoses", "name: swapped");
    await edit("name: bare_nuclei", "name: mitoses");
    await edit("name: swapped", "name: bare_nuclei");
    console.lines.length = 0;
    expect(await lockContracts({ ...call, breaking: false })).toBe(0);
    expect(console.lines).toEqual(["oncology: unchanged"]);
  });

  it("exports every contract as a file, and what they import when asked to", async () => {
    const out = join(directory, "proto");
    const call = { directory, models: ["iris", "breast-cancer"], out, console };
    expect(await exportContracts({ ...call, imports: true })).toBe(0);
    expect(console.lines).toEqual(
      [
        "presage/models/breast_cancer/v1/contract.proto",
        "presage/models/breast_cancer/v2/contract.proto",
        "presage/models/iris/v1/contract.proto",
        "buf/validate/validate.proto",
      ].map((path) => join(out, path)),
    );
    const text = await readFile(join(out, "presage/models/iris/v1/contract.proto"), "utf8");
    expect(text).toContain("rpc Predict(IrisRow) returns (Prediction) {");
  });

  it("says which model there is not", async () => {
    await expect(checkContracts({ directory, models: ["nobody"], console })).rejects.toThrow(
      "holds no model nobody",
    );
  });
});
