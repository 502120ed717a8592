import { access } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { GoldenExample, ModelManifest } from "@presage/gen/presage/v1/manifest_pb";
import {
  type CallTelemetry,
  noTelemetry,
  type VersionLoad,
  type VersionTelemetry,
} from "../core/call-record.ts";
import type { Clock } from "../core/clock.ts";
import type { Feeds } from "../core/feeds.ts";
import { type Log, silentLog } from "../core/log.ts";
import type { Signature } from "../core/signature.ts";
import type { Tensor } from "../core/tensor.ts";
import { type Batcher, createBatcher } from "../engine/batcher.ts";
import type { Engine, Trials } from "../engine/engine.ts";
import { createEngineLoader } from "../engine/engine-loader.ts";
import type { SharedExecutor } from "../engine/executor.ts";
import { createLatencyModel } from "../engine/latency-model.ts";
import type { Runtime } from "../engine/runtime.ts";
import { createAnswerReader, seenAsProbabilities } from "../signature/answer-reader.ts";
import { deriveSignature } from "../signature/derive.ts";
import { createPredictionCodec, type PredictionCodec } from "../signature/prediction-codec.ts";
import { sampleFeeds, zeroFeeds } from "../signature/sample-feeds.ts";
import { planScoring, type ScoringPlan } from "../signature/scoring.ts";
import { canBatch } from "./batch-check.ts";
import { readBatching } from "./batching-settings.ts";
import { readDriftSettings } from "./drift-settings.ts";
import { engineFileOf } from "./engine-file.ts";
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
  /** The executor of everything that runs on the event loop. */
  readonly executor: SharedExecutor;
  readonly clock: Clock;
  /** The cores that pools may use. @default all that there are */
  readonly cores?: number;
  /**
   * How long a call may have to wait for its run, in milliseconds, where its
   * model's manifest does not say. @default 500
   */
  readonly maxWaitMs?: number;
  /** Is told why a worker failed. @default nobody is told */
  readonly reportFault?: (fault: unknown) => void;
  /** Is told when a version moves to workers. @default nobody is told */
  readonly log?: Log;
  /** Follows what is loaded. @default nobody does */
  readonly telemetry?: Pick<CallTelemetry, "follow">;
}

/** A version that is read, and not yet tried. */
interface ReadVersion extends Pick<LoadedVersion, "signature" | "codec" | "drift"> {
  readonly engine: Engine;
  readonly plan: ScoringPlan;
}

/** Makes a loader of the versions that a runtime can run. */
export function createLoader(parts: LoaderParts): Loader {
  const {
    runtime,
    executor,
    clock,
    cores = availableParallelism(),
    maxWaitMs = 500,
    reportFault = () => {},
    log = silentLog,
    telemetry = noTelemetry,
  } = parts;
  const engines = createEngineLoader({ runtime, cores, inline: executor, reportFault, log });

  const run = ({ engine, codec }: ReadVersion, feeds: Feeds): Promise<readonly Tensor[]> =>
    engine.executor.execute(() => engine.model.run(feeds.tensors, codec.selectOutputs([])));

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

  /** Finds out by the version's own answers whether its scores are probabilities. */
  const settleScoring = async (
    version: ReadVersion,
    samples: readonly Feeds[],
  ): Promise<ScoringPlan> => {
    if (version.plan.scores === undefined) return version.plan;
    const runs: (readonly Tensor[])[] = [];
    for (const sample of samples) runs.push(await run(version, sample));
    return seenAsProbabilities(version.plan, runs);
  };

  return {
    async load(found, manifest) {
      const file = engineFileOf(join(found.directory, runtime.file), manifest);
      let engine: Engine;
      try {
        await access(file.path);
        engine = await engines.load(file);
      } catch (error) {
        return failed([describeLoadError(error, runtime.file)]);
      }
      const derivation = deriveSignature(engine.model, manifest);
      if (derivation.kind === "invalid") {
        await engine.model.release();
        return failed(derivation.problems.map((problem) => `model.yaml: ${problem}`));
      }
      const { signature } = derivation;
      const mistakes: string[] = [];
      const plan = planScoring(signature, manifest, mistakes);
      const drift = await readDriftSettings(found.directory, signature, manifest);
      if (mistakes.length > 0 || drift.kind === "invalid") {
        await engine.model.release();
        const scoring = mistakes.map((problem) => `model.yaml: ${problem}`);
        return failed([...scoring, ...(drift.kind === "invalid" ? drift.problems : [])], signature);
      }
      const codec = createPredictionCodec(signature);
      const examples = (manifest?.golden ?? []).filter(
        ({ versions }) => versions.length === 0 || versions.includes(found.version),
      );
      try {
        engine = await engines.settle(engine, file, trialsOf(signature, codec));
      } catch (error) {
        await engine.model.release();
        return failed([describeLoadError(error, runtime.file)], signature);
      }
      const read = { signature, codec, engine, plan, drift: drift.settings };
      const problems = await checkGolden(read, examples);
      if (problems.length > 0) {
        await engine.model.release();
        return failed(problems, signature);
      }
      const samples = samplesOf(read, examples);
      const mergeable = await canBatch(signature, samples, (feeds) => run(read, feeds));
      const scored = await settleScoring(read, samples);
      const settled = engine;
      const followed = telemetry.follow({
        model: found.model,
        version: found.version.toString(),
        load: () => loadOf(settled, batcher),
      });
      const batcher = createBatcher({
        engine,
        telemetry: followed,
        clock,
        latency: createLatencyModel(),
        ...readBatching(manifest, { mergeable, maxWaitMs }),
      });
      return {
        kind: "loaded",
        loaded: loadedVersion({ ...read, plan: scored }, batcher, followed),
      };
    },
  };
}

/** Tells what a version does just now. */
function loadOf({ place, parallel }: Engine, { waiting, running }: Batcher): VersionLoad {
  return {
    queuedCalls: waiting.calls,
    queuedRows: waiting.rows,
    executor: place,
    workers: parallel,
    busy: running,
  };
}

function loadedVersion(
  { signature, codec, engine, drift, plan: { scoring, ...plan } }: ReadVersion,
  batcher: Batcher,
  telemetry: VersionTelemetry,
): LoadedVersion {
  return {
    signature,
    codec,
    batcher,
    scoring,
    drift,
    telemetry,
    answers: createAnswerReader({ scoring, ...plan }),
    model: engine.model,
    get place() {
      return engine.place;
    },
  };
}

const sampleRows = 3;

/** Inputs to warm and time a version with; made up, as its golden examples may have many rows. */
function trialsOf(signature: Signature, codec: PredictionCodec): Trials {
  const rows = Array.from({ length: sampleRows }, (_, row) => sampleFeeds(signature, row));
  return { first: zeroFeeds(signature), rows, outputs: codec.selectOutputs([]) };
}

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
