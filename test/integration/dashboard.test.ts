import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createDashboard } from "../../deploy/grafana/dashboard.ts";
import { type DashboardPanel, listQueries, readDashboard } from "../support/dashboard-queries.ts";
import {
  dashboardFile,
  hastenExpression,
  readAlertNames,
  readRules,
} from "../support/monitoring-files.ts";

const { panels } = readDashboard();
const shown = panels.filter(({ type }) => type !== "row");

describe("deploy/grafana/presage.json", () => {
  it("is what deploy/grafana/dashboard.ts makes, to the order of its keys", () => {
    const file: unknown = JSON.parse(readFileSync(dashboardFile, "utf8"));
    expect(JSON.stringify(file)).toBe(JSON.stringify(createDashboard()));
  });

  it("has the rows that are asked for", () => {
    expect(panels.filter(({ type }) => type === "row").map(({ title }) => title)).toEqual([
      "At a glance",
      "Traffic",
      "Latency",
      "Errors",
      "Batches",
      "Process",
      "Quality",
      "Drift",
      "Models",
    ]);
  });

  it.each(shown)(
    "tells of $title what it is, in which unit",
    ({ description, fieldConfig, targets }) => {
      expect(description).toMatch(/\.$/);
      expect(fieldConfig?.defaults.unit).toMatch(/^\w+$/);
      expect(targets).not.toEqual([]);
    },
  );

  it("has numbers and titles that are there once", () => {
    const ids = new Set(panels.map(({ id }) => id));
    const titles = new Set(shown.map(({ title }) => title));
    expect([ids.size, titles.size]).toEqual([panels.length, shown.length]);
  });

  it("lays no panel over another, nor outside of the 24 columns", () => {
    const cells = shown.flatMap(cellsOf);
    expect(new Set(cells).size).toBe(cells.length);
    expect(shown.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
  });

  it("asks for no series that are recorded but by the rules", () => {
    const recorded = new Set(readRules().map(({ record }) => record));
    const asked = listQueries(readDashboard()).flatMap(
      ({ expr }) => expr.match(/\w+:\w+:\w+/g) ?? [],
    );
    expect(asked.filter((name) => !recorded.has(name))).toEqual([]);
  });
});

describe("deploy/prometheus/rules.yml", () => {
  it.each(readRules().filter(({ alert }) => alert !== undefined))(
    "tells of $alert how severe it is, what it means and what to do",
    ({ for: duration, labels, annotations }) => {
      expect(duration).toMatch(/^\d+m$/);
      expect(labels).toEqual({ severity: expect.stringMatching(/^(critical|warning)$/) as string });
      expect(Object.keys(annotations ?? {})).toEqual(["summary", "description", "runbook"]);
    },
  );

  it("names each alert once", () => {
    const names = readAlertNames();
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("hastenExpression()", () => {
  it("shortens ranges and offsets, and nothing else", () => {
    const expr = 'delta(version:right:rate5m{le="5"}[1d] offset 1h) / rate(calls[5m]) > 60';
    expect(hastenExpression(expr, 60)).toBe(
      'delta(version:right:rate5m{le="5"}[1440000ms] offset 60000ms) / rate(calls[5000ms]) > 60',
    );
  });
});

function cellsOf({ gridPos: { x, y, w, h } }: DashboardPanel): readonly string[] {
  return Array.from(
    { length: w * h },
    (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`,
  );
}
