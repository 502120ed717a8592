import type { Slice } from "../core/feedback.ts";
import type { Scoring } from "../core/scoring.ts";
import type { Quality } from "./tally.ts";

/** Asks how good the answers of a model are. */
export interface QualityQuery {
  readonly model: string;
  /** Only this version, in decimal; undefined is every version. */
  readonly version: string | undefined;
  /** Only this alias, "" being none; undefined is every call. */
  readonly alias: string | undefined;
  /** Only this policy; undefined is every call. */
  readonly policy: string | undefined;
  /** What to tell apart; the scoring always is. */
  readonly groupBy: readonly QualityDimension[];
  readonly window: QualityWindow;
  /** Undefined: no steps of time. */
  readonly history: QualityHistory | undefined;
  /** Versions that have a group even if nothing is known of them; those of other models are passed over. */
  readonly known: readonly KnownVersion[];
}

/** Something that metrics tell apart. */
export type QualityDimension = "version" | "alias" | "policy";

/** A version and how it is scored. */
export type KnownVersion = Pick<Slice, "model" | "version" | "scoring">;

/** The feedback that counts: all, the rows of each group reported last, or those of the time up to now. */
export type QualityWindow =
  | { readonly kind: "all" }
  | { readonly kind: "lastRows"; readonly rows: number }
  | { readonly kind: "lastMs"; readonly ms: number };

/** Steps of time, up to now. They begin at the multiples of their length since 1970. */
export interface QualityHistory {
  readonly stepMs: number;
  /** How many, with the one that is still under way. */
  readonly steps: number;
}

/** How good a model is. */
export interface QualityReport {
  /** When this was so, in milliseconds since 1970. */
  readonly time: number;
  /** By version, alias and policy. */
  readonly groups: readonly QualityGroup[];
}

/** How good the answers are that belong together. */
export interface QualityGroup extends GroupName {
  readonly scoring: Scoring;
  readonly quality: Quality;
  /** The rows that were predicted; undefined for a window of rows. */
  readonly predictions: number | undefined;
  /** The share of them whose truth is known; undefined for a window of rows. */
  readonly coverage: number | undefined;
  /** The steps of time that were asked for, the earliest first. */
  readonly history: readonly QualityStep[];
}

/** What a group is told by: "" is not told apart, or none. */
export interface GroupName {
  readonly version: string;
  readonly alias: string;
  readonly policy: string;
}

/** The rows that were reported in one step of time. */
export interface QualityStep {
  /** When it begins, in milliseconds since 1970. */
  readonly start: number;
  readonly quality: Quality;
}
