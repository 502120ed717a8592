import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OpenApi } from "../../server/src/openapi/document.ts";
import { type StartedServer, startServer } from "../support/start-server.ts";

/** The part of an operation that is used here. */
interface Operation {
  readonly requestBody: {
    readonly content: { readonly "application/json": Content };
  };
}

interface Content {
  readonly schema: { readonly $ref: string };
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

let server: StartedServer;
let document: OpenApi;
let ajv: Ajv2020;

beforeAll(async () => {
  server = await startServer();
  document = (await (await fetch(`${server.url}/openapi.json`)).json()) as OpenApi;
  ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(close(document) as object, "openapi");
});
afterAll(() => server.finish());

/** Every example of every operation. */
function listExamples(): readonly { path: string; name: string; value: unknown }[] {
  return Object.entries(document.paths).flatMap(([path, methods]) => {
    const { examples = {} } = readContent(methods.post as unknown as Operation);
    return Object.entries(examples).map(([name, { value }]) => ({ path, name, value }));
  });
}

function readContent({ requestBody }: Operation): Content {
  return requestBody.content["application/json"];
}

/** Finds the schema at a place of the document; objects may have no more than it names. */
function compile(...place: readonly string[]): ValidateFunction {
  const pointer = place.map((part) => part.replaceAll("~", "~0").replaceAll("/", "~1")).join("/");
  return ajv.compile({ $ref: `openapi#/${pointer}` });
}

/** Closes every object that names its properties. */
function close(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(close);
  if (typeof schema !== "object" || schema === null) return schema;
  const closed = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, close(value)]),
  );
  return "properties" in schema && "type" in schema && schema.type === "object"
    ? { ...closed, additionalProperties: false }
    : closed;
}

const json = ["content", "application/json", "schema"] as const;

async function post(path: string, body: unknown): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(server.url + path, { method: "POST", headers, body: JSON.stringify(body) });
}

describe("examples of /openapi.json", () => {
  it("are there for each operation that takes a model or a row", () => {
    const shown = new Set(listExamples().map(({ path }) => path));
    const bare = Object.keys(document.paths).filter((path) => !shown.has(path));
    expect(bare).toEqual(["/presage.v1.ModelService/ListModels"]);
  });

  it("fit their schemas, are answered 200, and so as the document says", async () => {
    for (const { path, name, value } of listExamples()) {
      const operation = ["paths", path, "post"];
      const fits = compile(...operation, "requestBody", ...json);
      expect({ path, name, fits: fits(value), faults: fits.errors }).toEqual({
        path,
        name,
        fits: true,
        faults: null,
      });
      const answer = await post(path, value);
      const documented = compile(...operation, "responses", "200", ...json);
      const isDocumented = documented(await answer.json());
      expect({
        path,
        name,
        status: answer.status,
        isDocumented,
        faults: documented.errors,
      }).toEqual({ path, name, status: 200, isDocumented: true, faults: null });
    }
  });
});

describe("errors of /openapi.json", () => {
  it.each([
    { body: { model: "iris", rows: [[1]] }, status: 400 },
    { body: { model: "none", rows: [[1]] }, status: 404 },
  ])("are as documented: $status", async ({ body, status }) => {
    const answer = await post("/presage.v1.InferenceService/Predict", body);
    const documented = compile("components", "responses", String(status), ...json);
    const isDocumented = documented(await answer.json());
    expect({ status: answer.status, isDocumented, faults: documented.errors }).toEqual({
      status,
      isDocumented: true,
      faults: null,
    });
  });
});

describe("GET /docs in Chromium", () => {
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  const args = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic"];
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args });
  });
  afterAll(() => browser?.close());

  it("shows the operations, asks no other host, and breaks none of its own rules", async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(20_000);
    const asked = new Set<string>();
    const complaints: string[] = [];
    page.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== "data:") asked.add(origin);
    });
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));

    await page.goto(`${server.url}/docs`);
    const operation = page.locator(".opblock", { hasText: "IrisService/Predict" }).first();
    await operation.locator(".opblock-summary-control").click();
    await operation.getByRole("button", { name: "Try it out" }).click();
    await operation.getByRole("button", { name: "Execute" }).click();
    await operation.locator(".live-responses-table", { hasText: "CLASS_SETOSA" }).waitFor();
    expect([...asked]).toEqual([new URL(server.url).origin]);
    expect(complaints).toEqual([]);
    await page.close();
  }, 90_000);
});
