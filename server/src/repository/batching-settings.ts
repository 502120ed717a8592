import { durationMs } from "@bufbuild/protobuf/wkt";
import type { ModelManifest } from "@presage/gen/presage/v1/manifest_pb";
import type { BatcherParts } from "../engine/batcher.ts";

const defaultMaxRows = 64;
/** The most rows of a run by default, where so many are run in hardly any time. */
const defaultShortRunRows = 256;

/** What a manifest does not say. */
export interface BatchingDefaults {
  /** Whether calls of the version may share a run. */
  readonly mergeable: boolean;
  /** How long a call may have to wait for its run, in milliseconds. */
  readonly maxWaitMs: number;
}

/** Reads how calls are to be merged; a version whose calls may not be merges nothing. */
export function readBatching(
  manifest: ModelManifest | undefined,
  { mergeable, maxWaitMs }: BatchingDefaults,
): Pick<BatcherParts, "maxRows" | "shortRunRows" | "maxDelayMs" | "maxWaitMs"> {
  const batching = manifest?.batching;
  const { maxBatchSize = defaultMaxRows, maxDelay, maxWait } = batching ?? {};
  return {
    maxWaitMs: maxWait === undefined ? maxWaitMs : durationMs(maxWait),
    maxRows: mergeable ? maxBatchSize : 1,
    ...(mergeable && batching?.maxBatchSize === undefined && { shortRunRows: defaultShortRunRows }),
    maxDelayMs: mergeable && maxDelay !== undefined ? durationMs(maxDelay) : 0,
  };
}
