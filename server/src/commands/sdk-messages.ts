import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { buffer, text } from "node:stream/consumers";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  CodeGeneratorRequestSchema,
  CodeGeneratorResponseSchema,
  type FileDescriptorProto,
} from "@bufbuild/protobuf/wkt";

/** A file of generated code. */
export interface GeneratedFile {
  /** Its path in the folder of generated code, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** How relative imports of generated code end. */
export type ImportExtension = "ts" | "js";

const generator = "@bufbuild/protoc-gen-es/bin/protoc-gen-es";

/** The folders whose generated code comes with a package. */
const fromPackages: readonly string[] = ["google/protobuf/", "buf/validate/"];

/**
 * Generates the TypeScript of messages, enums and services with protoc-gen-es.
 * Each file comes after those that it imports. Rejects with what the generator said.
 */
export async function generateMessages(
  files: readonly FileDescriptorProto[],
  importExtension: ImportExtension,
): Promise<readonly GeneratedFile[]> {
  const request = create(CodeGeneratorRequestSchema, {
    protoFile: [...files],
    fileToGenerate: files
      .map(({ name }) => name)
      .filter((name) => !fromPackages.some((folder) => name.startsWith(folder))),
    parameter: [
      "target=ts",
      `import_extension=${importExtension}`,
      "erasable_syntax=true",
      "valid_types=protovalidate_required",
      "map_imports=buf/validate/:@bufbuild/protovalidate/gen",
    ].join(),
  });
  const output = await runGenerator(toBinary(CodeGeneratorRequestSchema, request));
  const response = fromBinary(CodeGeneratorResponseSchema, output);
  if (response.error !== "") throw new Error(`protoc-gen-es: ${response.error}`);
  return response.file.map(({ name, content }) => ({ path: name, text: content }));
}

async function runGenerator(input: Uint8Array): Promise<Uint8Array> {
  const program = createRequire(import.meta.url).resolve(generator);
  const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "pipe"] });
  const closed = once(child, "close");
  // A generator that ends without reading everything tells so by its exit code.
  child.stdin.on("error", () => {}).end(input);
  const [output, errors] = await Promise.all([buffer(child.stdout), text(child.stderr)]);
  await closed;
  if (child.exitCode !== 0) throw new Error(`protoc-gen-es failed: ${errors.trim()}`);
  return output;
}
