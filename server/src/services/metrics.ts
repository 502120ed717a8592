import { create } from "@bufbuild/protobuf";
import { type Duration, durationMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  MetricsDimension,
  type MetricsRequest,
  type MetricsResponse,
  MetricsResponseSchema,
} from "@presage/gen/presage/v1/metrics_pb";
import { createViolationList, type ViolationList } from "../core/violations.ts";
import type { MetricsQuery, MetricsReport } from "../predict/feedback-plane.ts";
import type { QualityDimension, QualityHistory, QualityWindow } from "../quality/quality-query.ts";
import { writeDrift } from "./drift-message.ts";
import { writeQuality } from "./quality-message.ts";

const mostRows = 1_000_000n;
const mostSteps = 1000;
const defaultSteps = 24;
const shortestStepMs = 1000;

/** Reads what is asked of Metrics. Throws INVALID_INPUT with every violation. */
export function readMetricsRequest(request: MetricsRequest): MetricsQuery {
  const violations = createViolationList();
  if (request.model === "") violations.add("model", "required");
  const query = {
    model: request.model,
    version: request.version,
    alias: request.alias === "" ? undefined : request.alias,
    policy: request.policy === "" ? undefined : request.policy,
    groupBy: readDimensions(request.groupBy, violations),
    window: readWindow(request.window, violations),
    history: readHistory(request.history, violations),
  };
  violations.throwIfAny();
  return query;
}

function readDimensions(
  given: readonly MetricsDimension[],
  violations: ViolationList,
): readonly QualityDimension[] {
  const dimensions = new Set<QualityDimension>();
  given.forEach((dimension, index) => {
    switch (dimension) {
      case MetricsDimension.MODEL:
        return;
      case MetricsDimension.UNSPECIFIED:
      case MetricsDimension.VERSION:
        dimensions.add("version");
        return;
      case MetricsDimension.ALIAS:
        dimensions.add("alias");
        return;
      case MetricsDimension.POLICY:
        dimensions.add("policy");
        return;
      default:
        violations.add(
          `group_by[${index}]`,
          `expected MODEL, VERSION, ALIAS or POLICY, got ${String(dimension)}`,
        );
    }
  });
  return given.length === 0 ? ["version"] : [...dimensions];
}

function readWindow(window: MetricsRequest["window"], violations: ViolationList): QualityWindow {
  switch (window?.bound.case) {
    case undefined:
      return { kind: "all" };
    case "lastRows": {
      const rows = window.bound.value;
      if (rows < 1n || rows > mostRows) {
        violations.add("window.last_rows", `expected 1 to ${mostRows}, got ${rows}`);
      }
      return { kind: "lastRows", rows: Number(rows) };
    }
    case "last": {
      const ms = durationMs(window.bound.value);
      if (!(ms > 0)) violations.add("window.last", "expected more than 0s");
      return { kind: "lastMs", ms };
    }
  }
}

function readHistory(
  history: MetricsRequest["history"],
  violations: ViolationList,
): QualityHistory | undefined {
  if (history === undefined) return undefined;
  const steps = history.steps === 0 ? defaultSteps : history.steps;
  if (steps > mostSteps) {
    violations.add("history.steps", `expected at most ${mostSteps}, got ${steps}`);
  }
  return { stepMs: readStep(history.step, violations), steps };
}

function readStep(step: Duration | undefined, violations: ViolationList): number {
  const stepMs = step === undefined ? 0 : durationMs(step);
  if (step === undefined) violations.add("history.step", "required");
  else if (!(stepMs >= shortestStepMs)) violations.add("history.step", "expected at least 1s");
  return stepMs;
}

/** Writes the answer of Metrics. */
export function writeMetrics(report: MetricsReport): MetricsResponse {
  return create(MetricsResponseSchema, {
    model: report.model,
    time: timestampFromMs(report.time),
    metrics: report.groups.map(writeQuality),
    drift: report.drift.map(writeDrift),
  });
}
