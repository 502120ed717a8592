import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { build, type PreviewServer, preview } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type StartedServer, startServer } from "../support/start-server.ts";

const root = fileURLToPath(new URL("../../examples/browser-client", import.meta.url));
const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const args = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const protocols = [
  { label: "Connect", contentType: "application/proto" },
  { label: "gRPC-Web", contentType: "application/grpc-web+proto" },
];

describe("the browser example in Chromium", () => {
  let outDir: string;
  let site: PreviewServer;
  let origin: string;
  let server: StartedServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    outDir = await mkdtemp(join(tmpdir(), "presage-browser-client-"));
    await build({ root, logLevel: "warn", build: { outDir, emptyOutDir: true } });
    site = await preview({ root, logLevel: "warn", build: { outDir }, preview: { port: 0 } });
    origin = originOf(site);
    server = await startServer({ flags: ["--cors-origin", origin] });
    browser = await chromium.launch({ executablePath, args });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.finish();
    await site?.close();
    await rm(outDir, { recursive: true, force: true });
  });

  beforeEach(async () => {
    page = await browser.newPage();
    // Less than a test has, so that a failure tells what was waited for.
    page.setDefaultTimeout(10_000);
    await open(server.url);
  });

  afterEach(() => page.close());

  const open = (url: string): Promise<unknown> => page.goto(`${origin}/?server=${url}`);
  const submit = (): Promise<void> => page.getByRole("button", { name: "Predict" }).click();

  describe.each(protocols)("over $label", ({ label, contentType }) => {
    beforeEach(() => page.getByLabel(label).check());

    it("shows the class and the probabilities", async () => {
      const asked = page.waitForRequest(/InferenceService\/Predict$/);
      await submit();
      await page.getByRole("heading", { name: "It is virginica" }).waitFor();
      const answer = page.getByLabel("Answer");
      expect(await answer.getByRole("term").allTextContents()).toEqual([
        "setosa",
        "versicolor",
        "virginica",
      ]);
      expect(await answer.getByRole("definition").allTextContents()).toEqual([
        "0.0 %",
        "12.1 %",
        "87.9 %",
      ]);
      expect((await asked).headers()["content-type"]).toBe(contentType);
    });

    it("shows each violation at its field, until the fields are mended", async () => {
      await page.getByLabel("Sepal width").fill("wide");
      await page.getByLabel("Petal length").fill("");
      await submit();
      await page.locator("[aria-invalid=true]").first().waitFor();
      expect(await problems()).toEqual(["", 'expected a number, got "wide"', "missing", ""]);
      expect(await page.locator(":focus").getAttribute("name")).toBe("sepal_width");

      await page.getByLabel("Sepal width").fill("3.1");
      await page.getByLabel("Petal length").fill("5.4");
      await submit();
      await page.getByRole("heading", { name: "It is virginica" }).waitFor();
      expect(await problems()).toEqual(["", "", "", ""]);
      expect(await page.locator("[aria-invalid]").count()).toBe(0);
    });

    it("says so when the server refuses the page's origin", async () => {
      const other = await startServer({ flags: ["--cors-origin", "https://other.example.com"] });
      await open(other.url);
      await page.getByLabel(label).check();
      await submit();
      expect(await page.getByRole("alert").textContent()).toBe("unavailable: Failed to fetch");
      expect(await page.getByLabel("Answer").textContent()).toBe("");
      await other.finish();
    });
  });

  it("can be used by keyboard alone", async () => {
    for (const value of ["5.1", "3.5", "1.4", "0.2"]) {
      await page.keyboard.press("Tab");
      await page.keyboard.type(value);
    }
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowRight");
    expect(await page.getByLabel("gRPC-Web").isChecked()).toBe(true);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "It is setosa" }).waitFor();
  });

  it("asks the server of its own machine unless told of another", async () => {
    await page.goto(origin);
    expect(await page.locator("#server").textContent()).toBe("http://localhost:8080");
  });

  const problems = (): Promise<readonly string[]> => page.locator(".problem").allTextContents();
});

function originOf(site: PreviewServer): string {
  const address = site.httpServer.address();
  if (typeof address !== "object" || address === null) throw new Error("the page is not served");
  return `http://localhost:${address.port}`;
}
