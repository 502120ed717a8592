import type { Receipt, Report } from "../feedback/receiver.ts";
import type { DriftReport } from "../quality/drift/report.ts";
import type { QualityGroup, QualityQuery } from "../quality/quality-query.ts";
import type { Recorder } from "./recorder.ts";

/** What is asked of Metrics. */
export interface MetricsQuery extends Omit<QualityQuery, "known" | "version"> {
  /** A number, an alias, or "" for every version. */
  readonly version: string;
}

/** How good a model is, and how far what it sees has moved. */
export interface MetricsReport {
  readonly model: string;
  /** When this was so, in milliseconds since 1970. */
  readonly time: number;
  readonly groups: readonly QualityGroup[];
  readonly drift: readonly VersionDrift[];
}

/** How far what one version sees has moved. */
export interface VersionDrift {
  /** In decimal. */
  readonly version: string;
  readonly report: DriftReport;
}

/** What comes after predictions: their names, the truth that is reported of them, and what it tells. */
export interface FeedbackPlane {
  readonly recorder: Pick<Recorder, "record">;
  /** Takes a report. Rejects as `FeedbackReceiver` does, and with FEEDBACK_OFF. */
  receive(report: Report): Promise<Receipt>;
  /**
   * Tells how good a model is, by all that was reported before the call. Rejects
   * with MODEL_NOT_FOUND, VERSION_NOT_FOUND, STORE_UNAVAILABLE or FEEDBACK_OFF.
   */
  metrics(query: MetricsQuery): Promise<MetricsReport>;
  /** Changes whenever `metrics` would tell something new. Rejects as it does. */
  revision(query: MetricsQuery): Promise<string>;
  /** Reads the store's key, and begins what is done in the background. */
  start(): Promise<void>;
  /** Gives what was counted to the store, and closes it. */
  close(): Promise<void>;
}
