import { toJson } from "@bufbuild/protobuf";
import { ServerConfigSchema } from "@presage/gen/presage/v1/config_pb";
import { ModelManifestSchema, TaskSchema } from "@presage/gen/presage/v1/manifest_pb";
import { describe, expect, it } from "vitest";
import { readJsonMessage, readYamlMessage, shortName, shortNames } from "./yaml-message.ts";

function problemsOf(text: string): readonly string[] {
  const read = readYamlMessage(ModelManifestSchema, text);
  return read.kind === "invalid" ? read.problems : [];
}

const fields = ModelManifestSchema.fields.map((field) => field.jsonName).join(", ");
const tasks = "binary, multiclass, regression, other";

describe("readYamlMessage()", () => {
  const taken: [string, string, object][] = [
    ["nothing", "", {}],
    ["a comment", "# later\n", {}],
    [
      "JSON",
      '{"displayName": "A", "aliases": {"stable": 1}}',
      { displayName: "A", aliases: { stable: "1" } },
    ],
    [
      "fields by both their names",
      "display_name: A\nclassOutput: y",
      { displayName: "A", classOutput: "y" },
    ],
    ["enum values in short", "task: binary", { task: "TASK_BINARY" }],
    ["enum values in short, of any case", "task: Binary", { task: "TASK_BINARY" }],
    ["enum values in full", "task: TASK_REGRESSION", { task: "TASK_REGRESSION" }],
    ["null for what is not set", "description:\nfeatures: ~", {}],
    ["anchors", "displayName: &name A\ndescription: *name", { displayName: "A", description: "A" }],
    [
      "values of any kind",
      "golden: [{ rows: [{ a: [1, null, true, x] }], expectRows: [1.5], tolerance: 0 }]",
      { golden: [{ rows: [{ a: [1, null, true, "x"] }], expectRows: [1.5], tolerance: 0 }] },
    ],
    [
      "names that every object has",
      "aliases: { __proto__: 1, constructor: 2 }",
      JSON.parse('{"aliases": {"__proto__": "1", "constructor": "2"}}'),
    ],
    [
      "whole numbers as text",
      'features: [{ name: a, shape: ["9007199254740993"] }]',
      { features: [{ name: "a", shape: ["9007199254740993"] }] },
    ],
  ];
  it.each(taken)("takes %s", (_, text, json) => {
    const read = readYamlMessage(ModelManifestSchema, text);
    expect(read.kind === "ok" && JSON.stringify(toJson(ModelManifestSchema, read.message))).toBe(
      JSON.stringify(json),
    );
  });

  const refused: [string, string, string[]][] = [
    [
      "text that is no YAML",
      "displayName: [a",
      [
        "line 1, column 16: Flow sequence in block collection must be sufficiently indented and end with a ]",
      ],
    ],
    [
      "a key that is given twice",
      "task: other\ntask: other",
      ["line 2, column 1: Map keys must be unique"],
    ],
    [
      "several documents",
      "task: other\n---\ntask: other",
      ["line 2, column 1: Source contains multiple documents; please use YAML.parseAllDocuments()"],
    ],
    [
      "an anchor that is not there",
      "description: *text",
      ["Unresolved alias (the anchor must be set before the alias): text"],
    ],
    ["a list for the whole", "[1]", ["the document: expected a mapping of fields"]],
    ["a text for the whole", "breast-cancer", ["the document: expected a mapping of fields"]],
    [
      "every mistake at once",
      "name: x\ntask: binery\nfeatures: [{ nme: a }, 5]\ngolden: 7",
      [
        `name: unknown field, expected one of ${fields}`,
        `task: expected one of ${tasks}, got binery`,
        "features[0].nme: unknown field, expected one of name, input, dataType, shape, description, unit, range, categories, missing, fill",
        "features[1]: expected a mapping of fields",
        "golden: expected a list",
      ],
    ],
    ["a number for an enum", "task: 1", [`task: expected one of ${tasks}`]],
    [
      "a list for a mapping",
      "features: [{ name: a, range: [0, 1] }]",
      ["features[0].range: expected a mapping of fields"],
    ],
    ["another type", "displayName: 5", ["displayName: expected string, got 5"]],
    [
      "a negative number",
      "aliases: { stable: -1 }",
      ['aliases: map entry "stable": expected bigint (uint64): -1 out of range'],
    ],
    [
      "a text in a list of numbers",
      "golden: [{ versions: [1, x] }]",
      ["golden[0].versions: list item #2: expected bigint (uint64): x out of range"],
    ],
    [
      "one of two, given both",
      "features: [{ name: a, range: {}, categories: {} }]",
      ["features[0].categories: range is given already, expected one of them"],
    ],
    [
      "a field by both its names",
      "displayName: a\ndisplay_name: b",
      ["display_name: displayName is given already, expected one of them"],
    ],
    [
      "values that contain themselves",
      "golden: [{ rows: [&a [*a]] }]",
      ["golden[0].rows: maximum recursion depth of 100 reached"],
    ],
  ];
  it.each(refused)("tells of %s", (_, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it("tells of anchors that multiply without measure", () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const below = level === 0 ? "x" : `*a${level - 1}`;
      return `- &a${level} [${Array.from({ length: 10 }, () => below).join(", ")}]`;
    });
    expect(problemsOf(`golden:\n${levels.join("\n")}`)).toEqual([
      "Excessive alias count indicates a resource exhaustion attack",
    ]);
  });

  it("tells in which form a duration is written", () => {
    expect(readYamlMessage(ServerConfigSchema, "timeouts: { drain: 5, headers: soon }")).toEqual({
      kind: "invalid",
      problems: [
        "timeouts.drain: expected a duration such as 10s or 0.5s, got 5",
        'timeouts.headers: expected a duration such as 10s or 0.5s, got "soon"',
      ],
    });
  });
});

describe("readJsonMessage()", () => {
  it("reads plain values as readYamlMessage() reads text", () => {
    const read = readJsonMessage(ServerConfigSchema, {
      port: "8081",
      limits: { max_request_bytes: 5 },
    });
    expect(read).toMatchObject({
      kind: "ok",
      message: { port: 8081, limits: { maxRequestBytes: 5 } },
    });
  });
});

describe("shortName()", () => {
  it("leaves out the enum's own name", () => {
    expect(shortName(TaskSchema, "TASK_MULTICLASS")).toBe("multiclass");
    expect(shortNames(TaskSchema)).toEqual(["binary", "multiclass", "regression", "other"]);
  });
});
