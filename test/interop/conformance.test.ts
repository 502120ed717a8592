import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runTool } from "../support/tools.ts";

const limitMs = 10 * 60 * 1000;
const path = (name: string): string =>
  fileURLToPath(new URL(`../conformance/${name}`, import.meta.url));

interface Report {
  readonly code: number | null;
  readonly passed: number;
  /** What the report tells of beside its two lines of numbers: failed cases, and faults of the program. */
  readonly complaints: string;
}

/** Runs the suite on a program of ours. */
async function runSuite(
  flags: readonly string[],
  config: string,
  program: readonly string[],
): Promise<Report> {
  const command = ["--", process.execPath, ...program];
  const run = await runTool("connectconformance", [...flags, `--conf=${path(config)}`, ...command]);
  const report = run.text + run.errors;
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(report) ?? [];
  console.info(`conformance, ${flags[0]}: ${passed} passed, ${failed} failed`);
  const complaints = report.replace(/^Total cases: \d+$|^\d+ passed, \d+ failed$/gm, "").trim();
  return { code: run.code, passed: Number(passed), complaints };
}

describe("the conformance suite of the Connect project", () => {
  it.each([
    { name: "the plain lane", flags: [] },
    { name: "Connect's engine alone", flags: ["--engine-only"] },
  ])(
    "passes on the server in every protocol that config.yaml claims, with $name",
    async ({ flags }) => {
      const mode = ["--mode=server", "--parallel=4", "--max-servers=2"];
      const report = await runSuite(mode, "config.yaml", [path("server.ts"), ...flags]);
      expect(report.complaints).toBe("");
      expect(report.code).toBe(0);
      expect(report.passed).toBeGreaterThan(5000);
    },
    limitMs,
  );

  it(
    "passes on the SDK's transports in every protocol that client-config.yaml claims",
    async () => {
      const report = await runSuite(["--mode=client"], "client-config.yaml", [path("client.ts")]);
      expect(report.complaints).toBe("");
      expect(report.code).toBe(0);
      expect(report.passed).toBeGreaterThan(2400);
    },
    limitMs,
  );
});
