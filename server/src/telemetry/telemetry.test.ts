import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

/** Starts telemetry in a process of its own, and tells which of OpenTelemetry's packages it asked for. */
async function packagesOf(
  environment: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const program = `
    import { registerHooks } from "node:module";
    const asked = new Set();
    registerHooks({
      resolve(name, context, next) {
        if (name.startsWith("@opentelemetry/")) asked.add(name);
        return next(name, context);
      },
    });
    const { startTelemetry } = await import(${JSON.stringify(new URL("telemetry.ts", import.meta.url).href)});
    const telemetry = await startTelemetry({
      log() {},
      callLog: { failed() {}, answered() {}, samples: () => false },
      reportFault() {},
      linesLeftOut: () => 0,
      measuresCalls: true,
      trustRemoteContext: false,
      environment: ${JSON.stringify(environment)},
    });
    await telemetry.sendMetrics([]);
    console.log(JSON.stringify([...asked]));
    process.exit(0);`;
  const args = ["--conditions=presage-source", "--input-type=module", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as readonly string[];
}

describe("startTelemetry()", () => {
  it("loads nothing of OpenTelemetry where no variable asks for it", async () => {
    expect(await packagesOf({})).toEqual([]);
  });

  it("loads it where traces are exported", async () => {
    expect(await packagesOf({ OTEL_TRACES_EXPORTER: "console" })).toContain(
      "@opentelemetry/sdk-node",
    );
  });

  it("loads it where metrics are exported", async () => {
    expect(await packagesOf({ OTEL_METRICS_EXPORTER: "console" })).toContain(
      "@opentelemetry/sdk-metrics",
    );
  });
});
