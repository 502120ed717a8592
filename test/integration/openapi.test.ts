import { validate } from "@readme/openapi-parser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OpenApi } from "../../server/src/openapi/document.ts";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";

let server: BuiltServer;
let text: string;
let document: OpenApi;

const read = async (): Promise<string> => (await fetch(`${server.url}/openapi.json`)).text();

beforeAll(async () => {
  server = await startBuiltServer();
  text = await read();
  document = JSON.parse(text) as OpenApi;
});
afterAll(() => server.close());

describe("GET /openapi.json", () => {
  it("answers a valid document of OpenAPI 3.1", async () => {
    const result = await validate(JSON.parse(text) as Parameters<typeof validate>[0]);
    expect(result).toMatchObject({ valid: true, warnings: [], specification: "OpenAPI" });
    expect(document.openapi).toBe("3.1.1");
  });

  it("has every method of the generic services that does not stream", () => {
    const generic = Object.keys(document.paths).filter((path) => path.startsWith("/presage.v1."));
    expect(generic).toEqual([
      "/presage.v1.InferenceService/Predict",
      "/presage.v1.InferenceService/Feedback",
      "/presage.v1.InferenceService/Metrics",
      "/presage.v1.ModelService/ListModels",
      "/presage.v1.ModelService/GetModel",
    ]);
  });

  it("has the methods of each model's own service", () => {
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        "/presage.models.iris.v1.IrisService/Predict",
        "/presage.models.iris.v1.IrisService/PredictBatch",
      ]),
    );
  });

  it("describes every field of our own contract", () => {
    const named = Object.entries(document.components.schemas).filter(([name]) =>
      name.startsWith("presage."),
    );
    const silent = named.flatMap(([name, { properties = {} }]) =>
      Object.entries(properties as Record<string, { description?: string }>)
        .filter(([, { description = "" }]) => description === "")
        .map(([field]) => `${name}.${field}`),
    );
    expect(silent).toEqual([]);
  });

  it("gives features their ranges, and says which are required", () => {
    expect(document.components.schemas["presage.models.iris.v1.IrisRow"]).toMatchObject({
      properties: {
        sepal_length: {
          type: "number",
          minimum: 0,
          maximum: 15,
          description: "Length of a sepal. Unit: cm. From 0 to 15. Required.",
        },
      },
      required: ["sepal_length", "sepal_width", "petal_length", "petal_width"],
    });
  });

  it("is the same text until the models change", async () => {
    expect(await read()).toBe(text);
  });
});
