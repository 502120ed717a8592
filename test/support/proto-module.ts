import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { createRegistry, fromBinary, type Registry } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { file_buf_validate_validate } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { protoText } from "../../server/src/contracts/proto-text.ts";
import { rulesProto } from "../../server/src/contracts/rules-proto.ts";

const run = promisify(execFile);

const settings =
  "version: v2\nlint:\n  use: [STANDARD]\n  ignore: [buf]\nbreaking:\n  use: [FILE]\n";

/** A directory of `.proto` files that `buf` works on, with the file of the rules. */
export interface ProtoModule {
  readonly path: string;
  write(files: readonly FileDescriptorProto[]): Promise<void>;
  /** Compiles every file. Rejects with what the compiler says. */
  build(): Promise<readonly FileDescriptorProto[]>;
  /** The lines of `buf lint`. */
  lint(): Promise<readonly string[]>;
  /** What `buf breaking` finds against another module. */
  breaking(before: ProtoModule): Promise<readonly ProtoFinding[]>;
  remove(): Promise<void>;
}

/** A finding of `buf`. */
export interface ProtoFinding {
  readonly path: string;
  readonly type: string;
}

/** Makes an empty module in a directory of its own. */
export async function createProtoModule(): Promise<ProtoModule> {
  const path = await mkdtemp(join(tmpdir(), "presage-proto-"));
  await writeFile(join(path, "buf.yaml"), settings);
  /** The lines that a command prints, whether it finds anything or not. */
  const findings = async (...args: readonly string[]): Promise<readonly string[]> => {
    const printed = await run("buf", args, { cwd: path, maxBuffer: 1 << 28 }).then(
      ({ stdout }) => stdout,
      (error: unknown) => outputOf(error),
    );
    return printed.split("\n").filter((line) => line !== "");
  };
  return {
    path,
    async write(files) {
      for (const file of [rulesProto, ...files]) {
        await mkdir(dirname(join(path, file.name)), { recursive: true });
        await writeFile(join(path, file.name), protoText(file));
      }
    },
    async build() {
      const image = join(path, "image.binpb");
      await run("buf", ["build", "--as-file-descriptor-set", "--output", image], {
        cwd: path,
        maxBuffer: 1 << 28,
      });
      return fromBinary(FileDescriptorSetSchema, await readFile(image)).file;
    },
    lint: () => findings("lint"),
    async breaking(before) {
      const lines = await findings("breaking", "--against", before.path, "--error-format", "json");
      return lines.map((line) => JSON.parse(line));
    },
    remove: () => rm(path, { recursive: true }),
  };
}

function outputOf(error: unknown): string {
  if (error instanceof Error && "stdout" in error && "stderr" in error) {
    // What could not be run at all says so on the other stream.
    if (String(error.stderr) !== "") throw error;
    return String(error.stdout);
  }
  throw error;
}

/** The options that carry rules, by which descriptors can be written as JSON. */
export const ruleRegistry: Registry = createRegistry(file_buf_validate_validate);
