import { toJson } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deriveContract } from "../../server/src/contracts/derive.ts";
import { anyName, anySignature } from "../support/any-signature.ts";
import { createProtoModule, type ProtoModule, ruleRegistry } from "../support/proto-module.ts";

const cases = 300;

/** Contracts of random signatures, each of a model of its own; few signatures have none. */
function randomContracts(): readonly FileDescriptorProto[] {
  const signatures = fc.sample(anySignature, { numRuns: cases, seed: 6 });
  const names = fc.sample(anyName, { numRuns: cases, seed: 7 });
  return signatures.flatMap((signature, index) => {
    // Names that file systems take, and no two alike.
    const name = (names[index] ?? "").replaceAll(/[^A-Za-z_ -]/g, "é");
    const model = index % 2 === 0 ? `model-${index}` : `${name}${index}`;
    const derived = deriveContract({ model, number: 1 + (index % 3), signature });
    return derived.kind === "ok" ? [derived.contract.file] : [];
  });
}

/** A file as JSON, without its comments. */
function plainJson(file: FileDescriptorProto): unknown {
  const { sourceCodeInfo: _, ...rest } = file;
  return toJson(FileDescriptorProtoSchema, { ...rest }, { registry: ruleRegistry });
}

describe("protoText()", () => {
  const files = randomContracts();
  let module: ProtoModule;
  let built: readonly FileDescriptorProto[] = [];
  beforeAll(async () => {
    module = await createProtoModule();
    await module.write(files);
    built = await module.build();
  });
  afterAll(() => module.remove());

  it("writes what compiles back to the very descriptors", () => {
    expect(files.length).toBeGreaterThan(cases * 0.8);
    const byName = new Map(built.map((file) => [file.name, file]));
    for (const file of files) {
      const compiled = byName.get(file.name);
      expect(compiled && plainJson(compiled)).toEqual(plainJson(file));
    }
  });

  it("writes what buf lint has nothing to say about", async () => {
    expect(await module.lint()).toEqual([]);
  });
});
