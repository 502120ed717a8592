import {
  type DriftMetrics as ProtoDrift,
  type FeatureDrift as ProtoFeature,
  DriftReference as ProtoReference,
} from "@presage/gen/presage/v1/metrics_pb";

/**
 * What a version's rows are compared with: the file `reference.json` beside the
 * version, or the first rows that were predicted. `none`: too few were yet.
 */
export type DriftReference = "none" | "file" | "first_rows";

/** How far a version's inputs and answers have moved from the reference. */
export interface DriftMetrics {
  /** The version. */
  readonly version: string;
  /** Where the reference comes from. */
  readonly reference: DriftReference;
  /** The rows of the reference. */
  readonly referenceRows: number;
  /** The rows that are compared with it: those of the window, or as many of them as were looked at. */
  readonly rows: number;
  /** True if any feature or answer is flagged. */
  readonly drifted: boolean;
  /** One for each single-valued feature, in the signature's order. */
  readonly features: readonly FeatureDrift[];
  /** One for each output that is one value a row, or the class. */
  readonly outputs: readonly FeatureDrift[];
}

/** How far one feature or answer has moved. What was not computed is undefined. */
export interface FeatureDrift {
  /** The feature's or the output's name. */
  readonly name: string;
  /** The population stability index: 0 is no change, 0.25 a great one. */
  readonly psi: number | undefined;
  /** The Kolmogorov-Smirnov statistic, 0 to 1. Numbers only. */
  readonly ks: number | undefined;
  /** The chi-square statistic. Categories only. */
  readonly chiSquare: number | undefined;
  /** The chance of as great a difference, by the test of `ks` or `chiSquare`, if nothing had changed. */
  readonly pValue: number | undefined;
  /** The share of values that were missing. */
  readonly missing: number | undefined;
  /** The share of values outside the range or the categories of the manifest. */
  readonly outOfRange: number | undefined;
  /** True if it has moved more than the manifest's `drift` allows. */
  readonly drifted: boolean;
}

const references = {
  [ProtoReference.UNSPECIFIED]: "none",
  [ProtoReference.FILE]: "file",
  [ProtoReference.FIRST_ROWS]: "first_rows",
} as const satisfies Record<ProtoReference, DriftReference>;

/** Reads the drift of a version as a plain object. */
export function decodeDrift(drift: ProtoDrift): DriftMetrics {
  return {
    version: drift.version,
    reference: references[drift.reference] ?? "none",
    referenceRows: Number(drift.referenceRows),
    rows: Number(drift.rows),
    drifted: drift.drifted,
    features: drift.features.map(decodeFeature),
    outputs: drift.outputs.map(decodeFeature),
  };
}

function decodeFeature(feature: ProtoFeature): FeatureDrift {
  const { name, psi, ks, chiSquare, pValue, missing, outOfRange, drifted } = feature;
  return { name, psi, ks, chiSquare, pValue, missing, outOfRange, drifted };
}
