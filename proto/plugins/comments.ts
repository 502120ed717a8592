/**
 * A plugin of `buf generate` that writes the comments of our contract by the full
 * names of what they describe: generated descriptors come without them.
 */
import type { AnyDesc } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { createEcmaScriptPlugin, getComments, runNodeJs, type Schema } from "@bufbuild/protoplugin";

function generate(schema: Schema): void {
  const files = schema.files.filter(({ proto }) => proto.package === "presage.v1");
  const comments = files
    .flatMap((file) => [...nestedTypes(file)])
    .flatMap((type) => [type, ...membersOf(type)])
    .flatMap(commentOf);
  const file = schema.generateFile("comments.json");
  file.print(JSON.stringify(Object.fromEntries(comments), undefined, 2));
}

function membersOf(desc: AnyDesc): readonly AnyDesc[] {
  switch (desc.kind) {
    case "message":
      return [...desc.fields, ...desc.oneofs];
    case "enum":
      return desc.values;
    case "service":
      return desc.methods;
    default:
      return [];
  }
}

function commentOf(desc: AnyDesc): readonly (readonly [name: string, comment: string])[] {
  const { leading = "" } = desc.kind === "file" ? {} : getComments(desc);
  const lines = leading.split("\n").map((line) => line.trim());
  const comment = lines.join("\n").trim();
  return comment === "" ? [] : [[nameOf(desc), comment]];
}

function nameOf(desc: AnyDesc): string {
  switch (desc.kind) {
    case "field":
    case "oneof":
    case "enum_value":
    case "rpc":
      return `${desc.parent.typeName}.${desc.name}`;
    case "file":
      return desc.name;
    default:
      return desc.typeName;
  }
}

runNodeJs(
  createEcmaScriptPlugin({
    name: "comments",
    version: "v1",
    generateTs: generate,
    generateJs: generate,
    generateDts: () => undefined,
  }),
);
