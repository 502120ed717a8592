import { type ColumnDrift, compareColumn, unknownDrift } from "./column-drift.ts";
import type { DriftOptions } from "./options.ts";
import type { Reference } from "./reference.ts";
import type { Sketch } from "./sketch.ts";
import type { WatchedColumn } from "./watched-column.ts";

/** Where a reference comes from; `none`: too few rows were predicted yet. */
export type ReferenceOrigin = "none" | "file" | "first-rows";

/** How far a version's inputs and answers have moved from the reference. */
export interface DriftReport {
  readonly reference: ReferenceOrigin;
  readonly referenceRows: number;
  /** The rows of the window that were looked at. */
  readonly rows: number;
  /** The rows of the window that were not, as there were too many of them. */
  readonly unseenRows: number;
  /** True if any feature or answer is flagged. */
  readonly drifted: boolean;
  /** One for each single-valued feature, in the signature's order. */
  readonly features: readonly ColumnDrift[];
  /** One for each output that is one value a row. */
  readonly outputs: readonly ColumnDrift[];
}

/** What a report is made of. */
export interface ReportParts {
  readonly columns: readonly WatchedColumn[];
  readonly options: DriftOptions;
  readonly origin: Exclude<ReferenceOrigin, "none">;
  readonly reference: Reference;
  /** What was counted in the window. */
  readonly sketch: Sketch;
}

/** Compares the sketch of a window with the reference. */
export function createReport(parts: ReportParts): DriftReport {
  const { columns, options, origin, reference, sketch } = parts;
  const { psi, minRows } = options;
  const rule = { psi, minRows, significance: options.significance / columns.length };
  const drifts = reference.columns.map((column, index) =>
    compareColumn(column, sketch.counts[index] ?? new Float64Array(), rule),
  );
  return {
    reference: origin,
    referenceRows: reference.rows,
    rows: sketch.rows,
    unseenRows: sketch.unseen,
    drifted: drifts.some(({ drifted }) => drifted),
    ...splitByPlace(columns, drifts),
  };
}

/** The report of a version that has no reference yet. */
export function createEmptyReport(columns: readonly WatchedColumn[]): DriftReport {
  const drifts = columns.map(({ name }) => unknownDrift(name));
  return {
    reference: "none",
    referenceRows: 0,
    rows: 0,
    unseenRows: 0,
    drifted: false,
    ...splitByPlace(columns, drifts),
  };
}

function splitByPlace(
  columns: readonly WatchedColumn[],
  drifts: readonly ColumnDrift[],
): Pick<DriftReport, "features" | "outputs"> {
  const isFeature = (index: number): boolean => columns[index]?.place.kind === "feature";
  return {
    features: drifts.filter((_, index) => isFeature(index)),
    outputs: drifts.filter((_, index) => !isFeature(index)),
  };
}
