import { describe, expect, it } from "vitest";
import { valuesOf } from "../../../test/support/snapshots.ts";
import { ServingError } from "../core/errors.ts";
import type { MetricsReport, VersionDrift } from "../predict/feedback-plane.ts";
import type { ColumnDrift } from "../quality/drift/column-drift.ts";
import { createExposedFeedback } from "./exposed-feedback.ts";

/** A column that has moved so far. */
function columnOf(name: string, psi: number): ColumnDrift {
  return { name, psi, drifted: false } as ColumnDrift;
}

function reportOf(features: readonly ColumnDrift[], outputs: readonly ColumnDrift[]) {
  const report = { drifted: true, rows: 10, referenceRows: 20, features, outputs };
  const drift = [{ version: "1", report } as unknown as VersionDrift];
  return { model: "iris", groups: [], drift } as unknown as MetricsReport;
}

async function exposed(metrics: () => Promise<MetricsReport>) {
  const collect = createExposedFeedback({ feedback: { metrics }, models: () => ["iris"] });
  return valuesOf(await collect());
}

describe("createExposedFeedback()", () => {
  it("tells nothing where no feedback is kept", async () => {
    const off = new ServingError("FEEDBACK_OFF", "there is no store");
    expect(await exposed(() => Promise.reject(off))).toEqual({});
  });

  it("tells that the store is away, and nothing else", async () => {
    const away = new ServingError("STORE_UNAVAILABLE", "the store is away");
    expect(await exposed(() => Promise.reject(away))).toEqual({ "presage.store.up": 0 });
  });

  it("leaves faults to whoever asked", async () => {
    await expect(exposed(() => Promise.reject(new Error("a fault")))).rejects.toThrow("a fault");
  });

  it("tells of drift by version, feature and answer", async () => {
    const report = reportOf([columnOf("x", 0.5)], [columnOf("class", 0.25)]);
    expect(await exposed(async () => report)).toEqual({
      "presage.store.up": 1,
      "presage.drift.flagged iris 1": 1,
      "presage.drift.rows iris 1": 10,
      "presage.drift.reference_rows iris 1": 20,
      "presage.drift.column.flagged iris 1 x": 0,
      "presage.drift.column.flagged iris 1 class": 0,
      "presage.drift.psi iris 1 x": 0.5,
      "presage.drift.psi iris 1 class": 0.25,
    });
  });

  it("tells of the two hundred columns that have moved most", async () => {
    const features = Array.from({ length: 250 }, (_, index) => columnOf(`f${index}`, index));
    const told = await exposed(async () => reportOf(features, []));
    const columns = Object.keys(told).filter((name) => name.startsWith("presage.drift.psi"));
    expect(columns).toHaveLength(200);
    expect(told["presage.drift.psi iris 1 f249"]).toBe(249);
    expect(told["presage.drift.psi iris 1 f49"]).toBeUndefined();
  });
});
