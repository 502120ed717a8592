import type { MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import {
  type MetricsRequestSchema,
  type MetricsWindowSchema,
  MetricsDimension as ProtoDimension,
} from "@presage/gen/presage/v1/metrics_pb";
import { invalidInput, type Violation } from "./errors.ts";
import { checkWhole } from "./number-checks.ts";
import type { CallOptions } from "./options.ts";

/** Something that metrics tell apart: `model` is all versions together. */
export type MetricsDimension = "model" | "version" | "alias" | "policy";

/** What can be asked of a model's metrics. */
export interface MetricsQuery {
  /**
   * Only this version: a number or an alias.
   * @default every version
   */
  readonly version?: string | number | bigint | undefined;
  /**
   * Only calls that named this alias, or were routed by it.
   * @default all
   */
  readonly alias?: string | undefined;
  /**
   * Only calls whose version this policy chose, as a prediction's `route` has it.
   * @default all
   */
  readonly policy?: string | undefined;
  /**
   * The feedback that counts.
   * @default all of it
   */
  readonly window?: MetricsWindow | undefined;
  /**
   * What to tell apart.
   * @default ["version"]
   */
  readonly groupBy?: readonly MetricsDimension[] | undefined;
  /**
   * Adds the metrics of each step of time up to now, for charts.
   * @default none
   */
  readonly history?: MetricsHistory | undefined;
}

/** The feedback that counts: the rows of each group reported last, or those of the time up to now. */
export type MetricsWindow =
  | {
      /** How many rows of each group; at most 1 000 000. */
      readonly lastRows: number;
      readonly lastMs?: undefined;
    }
  | {
      /** How long ago a row may have been reported, in milliseconds. */
      readonly lastMs: number;
      readonly lastRows?: undefined;
    };

/** Steps of time. A row counts in the step in which it was reported. */
export interface MetricsHistory {
  /** The length of a step, in milliseconds; at least 1000. Steps begin at its multiples since 1970. */
  readonly stepMs: number;
  /**
   * The number of steps, the last of which is still under way; at most 1000.
   * @default 24
   */
  readonly steps?: number | undefined;
}

/** What can be set for one call of metrics() or watchMetrics(). */
export interface MetricsOptions extends CallOptions, MetricsQuery {}

const dimensions: Readonly<Record<MetricsDimension, ProtoDimension>> = {
  model: ProtoDimension.MODEL,
  version: ProtoDimension.VERSION,
  alias: ProtoDimension.ALIAS,
  policy: ProtoDimension.POLICY,
};

// The greatest google.protobuf.Duration: some ten thousand years.
const longestMs = 315_576_000_000_000;

const names: readonly string[] = Object.keys(dimensions);

/** Writes a query. Throws `invalid_argument` with a violation for each value that cannot be sent. */
export function encodeMetricsQuery(
  model: string,
  { version = "", alias = "", policy = "", groupBy = [], window, history }: MetricsQuery,
): MessageInitShape<typeof MetricsRequestSchema> {
  const violations: Violation[] = [];
  for (const [index, name] of groupBy.entries()) {
    if (names.includes(name)) continue;
    const description = `expected one of ${names.join(", ")}, got ${name}`;
    violations.push({ field: `groupBy[${index}]`, description });
  }
  if (window?.lastRows !== undefined)
    checkWhole(violations, "window.lastRows", window.lastRows, { most: Number.MAX_SAFE_INTEGER });
  else if (window !== undefined)
    checkWhole(violations, "window.lastMs", window.lastMs, { most: longestMs });
  if (history !== undefined) {
    checkWhole(violations, "history.stepMs", history.stepMs, { most: longestMs });
    checkWhole(violations, "history.steps", history.steps ?? 1, { least: 1 });
  }
  if (violations.length > 0) throw invalidInput(violations);
  return {
    model,
    version: String(version),
    alias,
    policy,
    groupBy: groupBy.map((name) => dimensions[name]),
    ...(window && { window: encodeWindow(window) }),
    ...(history && {
      history: { step: durationFromMs(history.stepMs), steps: history.steps ?? 0 },
    }),
  };
}

function encodeWindow({
  lastRows,
  lastMs,
}: MetricsWindow): MessageInitShape<typeof MetricsWindowSchema> {
  return {
    bound:
      lastRows === undefined
        ? { case: "last", value: durationFromMs(lastMs) }
        : { case: "lastRows", value: BigInt(lastRows) },
  };
}
