import { access } from "node:fs/promises";
import { join } from "node:path";
import { durationMs } from "@bufbuild/protobuf/wkt";
import type { GoldenExample, ModelManifest } from "@presage/gen/presage/v1/manifest_pb";
import type { Clock } from "../core/clock.ts";
import type { Feeds } from "../core/feeds.ts";
import type { Signature } from "../core/signature.ts";
import type { Tensor } from "../core/tensor.ts";
import { createBatcher } from "../engine/batcher.ts";
import type { Executor } from "../engine/executor.ts";
import { createLatencyModel } from "../engine/latency-model.ts";
import type { RunnableModel, Runtime } from "../engine/runtime.ts";
import { deriveSignature } from "../signature/derive.ts";
import { createPredictionCodec } from "../signature/prediction-codec.ts";
import { sampleFeeds, zeroFeeds } from "../signature/sample-feeds.ts";
import { canBatch } from "./batch-check.ts";
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
  readonly clock: Clock;
}

/** A version that is read, and not yet tried. */
type ReadVersion = Omit<LoadedVersion, "batcher">;

/** Makes a loader of the versions that a runtime can run. */
export function createLoader({ runtime, executor, clock }: LoaderParts): Loader {
  const run = ({ model, codec }: ReadVersion, feeds: Feeds): Promise<readonly Tensor[]> =>
    executor.execute(() => model.run(feeds.tensors, codec.selectOutputs([])));

  /** Runs the model once on zeros, so that the first caller does not pay for its start. */
  const warm = async (version: ReadVersion): Promise<void> => {
    try {
      await run(version, zeroFeeds(version.signature));
    } catch {
      // A model may rightly refuse zeros; only its golden examples say what it must take.
    }
  };

  const checkGolden = async (
    version: ReadVersion,
    examples: readonly GoldenExample[],
  ): Promise<readonly string[]> => {
    const { codec } = version;
    const problems: string[] = [];
    for (const [index, example] of examples.entries()) {
      const name = `golden example ${example.name === "" ? index : `"${example.name}"`}`;
      try {
        const input = goldenInput(example);
        const feeds = codec.encode(input);
        const outputs = await run(version, feeds);
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
      const read = { signature, model, codec: createPredictionCodec(signature) };
      const examples = (manifest?.golden ?? []).filter(
        ({ versions }) => versions.length === 0 || versions.includes(found.version),
      );
      await warm(read);
      const problems = await checkGolden(read, examples);
      if (problems.length > 0) {
        await model.release();
        return failed(problems, signature);
      }
      const mergeable = await canBatch(signature, samplesOf(read, examples), (feeds) =>
        run(read, feeds),
      );
      const batcher = createBatcher({
        model,
        executor,
        clock,
        latency: createLatencyModel(),
        ...readBatching(manifest, mergeable),
      });
      return { kind: "loaded", loaded: { ...read, batcher } };
    },
  };
}

const defaultMaxRows = 64;

/** Reads how calls are to be merged; a version whose calls may not be merges nothing. */
function readBatching(
  manifest: ModelManifest | undefined,
  mergeable: boolean,
): { readonly maxRows: number; readonly maxDelayMs: number } {
  if (!mergeable) return { maxRows: 1, maxDelayMs: 0 };
  const { maxBatchSize = defaultMaxRows, maxDelay } = manifest?.batching ?? {};
  return { maxRows: maxBatchSize, maxDelayMs: maxDelay === undefined ? 0 : durationMs(maxDelay) };
}

const sampleRows = 3;

/** Rows to try a version with: its golden examples' and, as those may be few, made-up ones. */
function samplesOf(
  { signature, codec }: ReadVersion,
  examples: readonly GoldenExample[],
): readonly Feeds[] {
  const golden = examples.map((example) => codec.encode(goldenInput(example)));
  const made = Array.from({ length: sampleRows }, (_, row) => sampleFeeds(signature, row));
  return golden.length > 1 ? golden : made;
}

function failed(problems: readonly string[], signature?: Signature): LoadResult {
  return { kind: "failed", problems, signature };
}

function describeError(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0] ?? text;
}

function describeLoadError(error: unknown, file: string): string {
  const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
  return missing ? `the version's directory has no ${file}` : `${file}: ${describeError(error)}`;
}
