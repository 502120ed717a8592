import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runTool } from "../support/tools.ts";

const limitMs = 10 * 60 * 1000;
const path = (name: string): string =>
  fileURLToPath(new URL(`../conformance/${name}`, import.meta.url));

describe("the conformance suite of the Connect project", () => {
  it.each([
    { name: "the plain lane", flags: [] },
    { name: "Connect's engine alone", flags: ["--engine-only"] },
  ])(
    "passes in every protocol that config.yaml claims, with $name",
    async ({ flags: serverFlags }) => {
      const flags = ["--mode=server", "--parallel=4", "--max-servers=2"];
      const server = ["--", process.execPath, path("server.ts"), ...serverFlags];
      const run = await runTool("connectconformance", [
        ...flags,
        `--conf=${path("config.yaml")}`,
        ...server,
      ]);
      const report = run.text + run.errors;
      const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(report) ?? [];
      console.info(`conformance: ${passed} passed, ${failed} failed`);
      // What the report tells of beside its two lines of numbers: failed cases, and faults of the server.
      expect(report.replace(/^Total cases: \d+$|^\d+ passed, \d+ failed$/gm, "").trim()).toBe("");
      expect(run.code).toBe(0);
      expect(Number(passed)).toBeGreaterThan(5000);
    },
    limitMs,
  );
});
