import type { CallStart, PredictionNotes } from "../core/call-record.ts";
import type { HistogramSeries } from "../core/telemetry.ts";
import { callDuration } from "./instruments.ts";
import type { MetricRegistry } from "./registry.ts";

/** The series of one method's calls over one protocol. */
export interface MethodSeries {
  /** The series of calls that were about a version, or about none, and ended with a status. */
  of(version: PredictionNotes | undefined, status: string): HistogramSeries;
}

/** Finds the series of calls; each is looked up in the registry once. */
export interface MethodSeriesTable {
  find(start: CallStart): MethodSeries;
}

type ByStatus = Map<string, HistogramSeries>;

/** Makes the table. Its size is bounded by the methods, versions and statuses that there are. */
export function createMethodSeriesTable(registry: MetricRegistry): MethodSeriesTable {
  const tables = { grpc: new Map(), grpc_web: new Map(), connectrpc: new Map() } satisfies Record<
    CallStart["protocol"],
    Map<string, MethodSeries>
  >;
  return {
    find({ method, protocol }) {
      const table: Map<string, MethodSeries> = tables[protocol];
      const known = table.get(method);
      if (known !== undefined) return known;
      const series = createMethodSeries(registry, method, protocol);
      table.set(method, series);
      return series;
    },
  };
}

function createMethodSeries(
  registry: MetricRegistry,
  method: string,
  protocol: string,
): MethodSeries {
  const ofNone: ByStatus = new Map();
  const byVersion = new WeakMap<PredictionNotes, ByStatus>();
  const tableOf = (version: PredictionNotes): ByStatus => {
    const table: ByStatus = new Map();
    byVersion.set(version, table);
    return table;
  };
  return {
    of(version, status) {
      const table = version === undefined ? ofNone : (byVersion.get(version) ?? tableOf(version));
      const known = table.get(status);
      if (known !== undefined) return known;
      const series = registry.histogram(callDuration, {
        "rpc.system.name": protocol,
        "rpc.method": method,
        "rpc.status_code": status,
        model: version?.model ?? "",
        version: version?.version ?? "",
      });
      table.set(status, series);
      return series;
    },
  };
}
