import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type DriftMetrics,
  DriftMetricsSchema,
  DriftReference,
  type FeatureDriftSchema,
} from "@presage/gen/presage/v1/metrics_pb";
import type { VersionDrift } from "../predict/feedback-plane.ts";
import type { ColumnDrift } from "../quality/drift/column-drift.ts";
import type { ReferenceOrigin } from "../quality/drift/report.ts";

/** Writes how far a version's inputs and answers have moved. */
export function writeDrift({ version, report }: VersionDrift): DriftMetrics {
  return create(DriftMetricsSchema, {
    version,
    reference: writeOrigin(report.reference),
    referenceRows: BigInt(report.referenceRows),
    rows: BigInt(report.rows),
    drifted: report.drifted,
    features: report.features.map(writeColumn),
    outputs: report.outputs.map(writeColumn),
  });
}

function writeOrigin(origin: ReferenceOrigin): DriftReference {
  switch (origin) {
    case "none":
      return DriftReference.UNSPECIFIED;
    case "file":
      return DriftReference.FILE;
    case "first-rows":
      return DriftReference.FIRST_ROWS;
  }
}

/** What is not known is left out. */
function writeColumn(column: ColumnDrift): MessageInitShape<typeof FeatureDriftSchema> {
  const known = Object.entries(column).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known);
}
