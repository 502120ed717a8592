import { access } from "node:fs/promises";
import { join } from "node:path";
import type { ModelManifest } from "@presage/gen/presage/v1/manifest_pb";
import type { Signature } from "../core/signature.ts";
import type { Executor } from "../engine/executor.ts";
import type { RunnableModel, Runtime } from "../engine/runtime.ts";
import { deriveSignature } from "../signature/derive.ts";
import { createElementBuffer } from "../signature/element-buffer.ts";
import type { Feeds } from "../signature/feeds.ts";
import { createPredictionCodec } from "../signature/prediction-codec.ts";
import { compareGolden, goldenInput } from "./golden.ts";
import type { LoadedVersion } from "./loaded-version.ts";
import type { FoundVersion } from "./source.ts";

/** What came of loading a version. */
export type LoadResult =
  | { readonly kind: "loaded"; readonly loaded: LoadedVersion }
  | {
      readonly kind: "failed";
      /** Everything that is wrong. */
      readonly problems: readonly string[];
      /** The signature, where the file could be read that far. */
      readonly signature: Signature | undefined;
    };

/** Loads versions. */
export interface Loader {
  /** Loads a version, warms it and checks its golden examples. Never rejects. */
  load(found: FoundVersion, manifest: ModelManifest | undefined): Promise<LoadResult>;
}

/** What a loader works with. */
export interface LoaderParts {
  readonly runtime: Runtime;
  readonly executor: Executor;
}

const neverAborted = new AbortController().signal;

/** Makes a loader of the versions that a runtime can run. */
export function createLoader({ runtime, executor }: LoaderParts): Loader {
  const run = (model: RunnableModel, feeds: Feeds, outputs: readonly string[]) =>
    executor.execute(() => model.run(feeds.tensors, outputs), neverAborted);

  /** Runs the model once on zeros, so that the first caller does not pay for its start. */
  const warm = async ({ model, signature, codec }: LoadedVersion): Promise<void> => {
    try {
      await run(model, zeroFeeds(signature), codec.selectOutputs([]));
    } catch {
      // A model may rightly refuse zeros; only its golden examples say what it must take.
    }
  };

  const checkGolden = async (
    { model, codec }: LoadedVersion,
    { version }: FoundVersion,
    manifest: ModelManifest | undefined,
  ): Promise<readonly string[]> => {
    const problems: string[] = [];
    for (const [index, example] of (manifest?.golden ?? []).entries()) {
      if (example.versions.length > 0 && !example.versions.includes(version)) continue;
      const name = `golden example ${example.name === "" ? index : `"${example.name}"`}`;
      try {
        const input = goldenInput(example);
        const feeds = codec.encode(input);
        const outputs = await run(model, feeds, codec.selectOutputs([]));
        const differences = compareGolden(example, codec.decode(input.kind, outputs, feeds));
        problems.push(...differences.map((difference) => `${name}: ${difference}`));
      } catch (error) {
        problems.push(`${name}: ${describeError(error)}`);
      }
    }
    return problems;
  };

  return {
    async load(found, manifest) {
      const path = join(found.directory, runtime.file);
      let model: RunnableModel;
      try {
        await access(path);
        model = await runtime.load(path);
      } catch (error) {
        return failed([describeLoadError(error, runtime.file)]);
      }
      const derivation = deriveSignature(model, manifest);
      if (derivation.kind === "invalid") {
        await model.release();
        return failed(derivation.problems.map((problem) => `model.yaml: ${problem}`));
      }
      const { signature } = derivation;
      const loaded = { signature, model, codec: createPredictionCodec(signature) };
      await warm(loaded);
      const problems = await checkGolden(loaded, found, manifest);
      if (problems.length === 0) return { kind: "loaded", loaded };
      await model.release();
      return failed(problems, signature);
    },
  };
}

function failed(problems: readonly string[], signature?: Signature): LoadResult {
  return { kind: "failed", problems, signature };
}

function zeroFeeds(signature: Signature): Feeds {
  const tensors = signature.inputs.map((input) => {
    const shape = input.shape.map((dimension) => (typeof dimension === "number" ? dimension : 1));
    const count = shape.reduce((product, size) => product * size, 1);
    const { data } = createElementBuffer(input.dataType, count);
    return { name: input.name, dataType: input.dataType, shape, data };
  });
  return { tensors, rowCount: 1 };
}

function describeError(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0] ?? text;
}

function describeLoadError(error: unknown, file: string): string {
  const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
  return missing ? `the version's directory has no ${file}` : `${file}: ${describeError(error)}`;
}
