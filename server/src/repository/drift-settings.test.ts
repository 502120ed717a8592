import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { manifestOf, signatureOf, spec } from "../../../test/support/signatures.ts";
import { defaultDriftOptions } from "../quality/drift/options.ts";
import { readDriftSettings, referenceFile } from "./drift-settings.ts";

const signature = signatureOf({
  inputs: [spec("x", "FP32", "N", 1)],
  manifest: "features: [{ name: width }]",
});
const root = mkdtempSync(join(tmpdir(), "presage-drift-settings-"));
afterAll(() => rmSync(root, { recursive: true }));

/** A version's directory, with this text as its reference; undefined has none. */
function directoryWith(reference?: string): string {
  const directory = mkdtempSync(join(root, "version-"));
  if (reference !== undefined) writeFileSync(join(directory, referenceFile), reference);
  return directory;
}

const width = { name: "width", kind: "numbers", edges: [1], counts: [2, 3] };
const reference = { format: 1, rows: 5, columns: [{ ...width, missing: 0, outOfRange: 0 }] };

describe("readDriftSettings()", () => {
  it("has every default, and no reference, where nothing is said", async () => {
    expect(await readDriftSettings(directoryWith(), signature, undefined)).toEqual({
      kind: "ok",
      settings: { options: defaultDriftOptions, reference: undefined },
    });
  });

  it("reads the manifest's thresholds", async () => {
    const manifest = manifestOf(
      "drift: { psi: 0.5, significance: 0.01, minRows: 7, window: 7200s, referenceRows: 50 }",
    );
    expect(await readDriftSettings(directoryWith(), signature, manifest)).toMatchObject({
      settings: {
        options: {
          psi: 0.5,
          significance: 0.01,
          minRows: 7,
          windowMs: 7_200_000,
          referenceRows: 50,
        },
      },
    });
  });

  it("reads the reference beside the version", async () => {
    const directory = directoryWith(JSON.stringify(reference));
    expect(await readDriftSettings(directory, signature, undefined)).toMatchObject({
      kind: "ok",
      settings: { reference: { rows: 5 } },
    });
  });

  it("tells everything that is wrong, in which file", async () => {
    const manifest = manifestOf("drift: { psi: -1, minRows: 0 }");
    const other = { ...reference, columns: [{ ...reference.columns[0], name: "height" }] };
    const directory = directoryWith(JSON.stringify(other));
    expect(await readDriftSettings(directory, signature, manifest)).toEqual({
      kind: "invalid",
      problems: [
        "model.yaml: drift.psi: expected at least 0, got -1",
        "model.yaml: drift.minRows: expected at least 1, got 0",
        `${referenceFile}: columns[0]: expected width (numbers), got height (numbers); the model or its manifest has changed, so build the reference again`,
      ],
    });
  });
});
