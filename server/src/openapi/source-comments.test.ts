import { create } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { readComments } from "./source-comments.ts";

describe("readComments()", () => {
  it("reads the comments of everything that has one, by its full name", () => {
    const comments: Readonly<Record<string, readonly number[]>> = {
      "test.Outer": [4, 0],
      "test.Outer.value": [4, 0, 2, 0],
      "test.Outer.choice": [4, 0, 8, 0],
      "test.Outer.Inner": [4, 0, 3, 0],
      "test.Outer.Inner.value": [4, 0, 3, 0, 2, 0],
      "test.Outer.Kind": [4, 0, 4, 0],
      "test.Outer.Kind.KIND_A": [4, 0, 4, 0, 2, 0],
      "test.Color": [5, 0],
      "test.Color.COLOR_RED": [5, 0, 2, 1],
      "test.Service": [6, 0],
      "test.Service.Call": [6, 0, 2, 0],
    };
    const file = create(FileDescriptorProtoSchema, {
      package: "test",
      messageType: [
        {
          name: "Outer",
          field: [{ name: "value" }, { name: "silent" }],
          oneofDecl: [{ name: "choice" }],
          nestedType: [{ name: "Inner", field: [{ name: "value" }] }],
          enumType: [{ name: "Kind", value: [{ name: "KIND_A" }] }],
        },
      ],
      enumType: [{ name: "Color", value: [{ name: "COLOR_NONE" }, { name: "COLOR_RED" }] }],
      service: [{ name: "Service", method: [{ name: "Call" }] }],
      sourceCodeInfo: {
        location: [
          { path: [4, 0, 2, 1] },
          ...Object.entries(comments).map(([name, path]) => ({
            path: [...path],
            leadingComments: ` About ${name}.\n`,
          })),
        ],
      },
    });
    const expected = Object.keys(comments).map((name) => [name, `About ${name}.`] as const);
    expect(new Map(readComments(file))).toEqual(new Map(expected));
  });

  it("reads none of a file without source information", () => {
    const file = create(FileDescriptorProtoSchema, { messageType: [{ name: "Outer" }] });
    expect(readComments(file).size).toBe(0);
  });
});
