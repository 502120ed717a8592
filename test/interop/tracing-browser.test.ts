import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { build, type PreviewServer, preview } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Collector, startCollector } from "../support/collector.ts";
import { drawTree } from "../support/span-tree.ts";
import type { StartedServer } from "../support/start-server.ts";
import { startTracedServer } from "../support/traced-server.ts";
import type { PageCall } from "./tracing-page/page.ts";

const root = fileURLToPath(new URL("tracing-page", import.meta.url));
const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const args = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic"];
const predict = "presage.v1.InferenceService/Predict";

const calls = [
  { name: "Connect", protocol: "connect", system: "connectrpc" },
  { name: "gRPC-Web", protocol: "grpc-web", system: "grpc_web" },
] as const;

describe("a page in Chromium that has OpenTelemetry", () => {
  let outDir: string;
  let site: PreviewServer;
  let collector: Collector;
  let server: StartedServer;
  let browser: Browser;

  beforeAll(async () => {
    outDir = await mkdtemp(join(tmpdir(), "presage-tracing-page-"));
    await build({ root, logLevel: "warn", build: { outDir, emptyOutDir: true } });
    site = await preview({ root, logLevel: "warn", build: { outDir }, preview: { port: 0 } });
    collector = await startCollector();
    server = await startTracedServer({ collector, flags: ["--cors-origin", originOf(site)] });
    browser = await chromium.launch({ executablePath, args });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.finish();
    await collector?.stop();
    await site?.close();
    await rm(outDir, { recursive: true, force: true });
  });

  it.each(calls)("has its calls over $name in one trace", async ({ protocol, system }) => {
    const page = await browser.newPage();
    await page.goto(originOf(site));
    const call: PageCall = {
      server: server.url,
      protocol,
      collector: collector.urls["http/protobuf"],
    };
    const traceId = await page.evaluate((given) => globalThis.tracedPage(given), call);
    await page.close();

    const spans = async () => (await collector.spans()).filter((span) => span.traceId === traceId);
    await expect
      .poll(async () => drawTree(await spans()), { timeout: 20_000 })
      .toEqual([
        "click",
        `  ${predict}, client`,
        `    ${predict}, server`,
        "      queue",
        "      batch",
        "        run",
      ]);
    const ends = (await spans()).filter(({ kind }) => kind !== "internal");
    expect(
      ends.map(({ service, kind, attributes }) => [service, kind, attributes["rpc.system.name"]]),
    ).toEqual(
      expect.arrayContaining([
        ["page", "client", system],
        ["presage", "server", system],
      ]),
    );
  });
});

function originOf(site: PreviewServer): string {
  const address = site.httpServer.address();
  if (typeof address !== "object" || address === null) throw new Error("the page is not served");
  return `http://localhost:${address.port}`;
}
