import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { afterEach, describe, expect, it } from "vitest";
import { emptyContext, findOpenTelemetry, spanKey } from "./open-telemetry.ts";
import { listenFake } from "./testing/listening.ts";
import { traceApplication } from "./testing/traced-application.ts";

const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

describe("findOpenTelemetry()", () => {
  it("finds what is registered with the API, from when it is", () => {
    expect(findOpenTelemetry()).toBeUndefined();
    stops.push(traceApplication().stop);
    expect(Object.keys(findOpenTelemetry() ?? {})).toEqual([
      "version",
      "trace",
      "context",
      "propagation",
    ]);
    expect(findOpenTelemetry()?.trace).toBe(trace.getTracerProvider());
  });
});

describe("spanKey", () => {
  it("is where the API keeps the span of a context", () => {
    const span = trace.wrapSpanContext({ traceId: "1", spanId: "2", traceFlags: 0 });
    expect(trace.getSpan(emptyContext.setValue(spanKey, span))).toBe(span);
    expect(trace.setSpan(ROOT_CONTEXT, span).getValue(spanKey)).toBe(span);
  });
});

describe("emptyContext", () => {
  it("gives contexts with other values, and stays as it is", () => {
    const [a, b] = [Symbol("a"), Symbol("b")];
    const both = emptyContext.setValue(a, 1).setValue(b, 2);
    const one = both.deleteValue(a);
    expect([both, one, emptyContext].map((each) => [each.getValue(a), each.getValue(b)])).toEqual([
      [1, 2],
      [undefined, 2],
      [undefined, undefined],
    ]);
  });
});

describe("@opentelemetry/api", () => {
  it("is imported for its types alone", () => {
    const sources = readdirSync(new URL(".", import.meta.url)).filter(
      (name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
    );
    const imports = sources.flatMap((name) => {
      const source = readFileSync(new URL(name, import.meta.url), "utf8");
      return source.match(/^import [^;]*"@opentelemetry\/[^;]*;/gm) ?? [];
    });
    expect(imports.map((each) => each.startsWith("import type {"))).toEqual([true, true]);
  });

  for (const entry of ["node", "web"]) {
    it(`need not be installed where ${entry}.ts is used`, async () => {
      const { baseUrl, stop } = await listenFake(entry === "node" ? "2" : "1.1");
      stops.push(stop);
      const program = `
        import { registerHooks } from "node:module";
        registerHooks({
          resolve(name, context, next) {
            if (name.startsWith("@opentelemetry/")) throw new Error(name + " is not installed");
            return next(name, context);
          },
        });
        const reasons = await import("@opentelemetry/api").then(String, ({ message }) => message);
        const { createClient } = await import("./${entry}.ts");
        const client = createClient({ baseUrl: ${JSON.stringify(baseUrl)} });
        const { row } = await client.predict("echo", { x: 1 });
        const samples = [];
        for await (const { metrics } of client.watchMetrics("echo")) {
          samples.push(metrics[0].samples);
          break;
        }
        console.log(JSON.stringify([reasons, row, samples]));
      `;
      const args = ["--conditions=presage-source", "--input-type=module", "--eval", program];
      const cwd = new URL(".", import.meta.url);
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd });
      expect(JSON.parse(stdout)).toEqual(["@opentelemetry/api is not installed", { x: 1 }, [1]]);
    });
  }
});
