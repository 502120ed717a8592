import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const compile = (name: string): ValidateFunction =>
  new Ajv2020({ allErrors: true, strict: false }).compile(JSON.parse(read(`gen/schema/${name}`)));

describe("the JSON Schema of manifests", () => {
  const validate = compile("model-manifest.schema.json");
  const models = readdirSync(new URL("examples/models", root), { withFileTypes: true }).filter(
    (entry) => entry.isDirectory(),
  );

  it.each(models.map(({ name }) => name))("takes that of %s", (name) => {
    validate(parse(read(`examples/models/${name}/model.yaml`)));
    expect(validate.errors).toBeNull();
  });

  it.each([
    { features: [{ nme: "a" }] },
    { features: "a" },
    { task: "guess" },
    { batching: { maxDelay: "soon" } },
  ])("refuses %j", (manifest) => {
    expect(validate(manifest)).toBe(false);
  });
});

describe("the JSON Schema of the configuration", () => {
  const validate = compile("server-config.schema.json");

  it("takes that of npm start, and refuses an unknown field", () => {
    expect(validate(parse(read("presage.yaml")))).toBe(true);
    expect(validate({ limits: { most: 1 } })).toBe(false);
  });
});
