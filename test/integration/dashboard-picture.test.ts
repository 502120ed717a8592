import { describe, expect, it } from "vitest";
import { ticksOf } from "../dashboard/axes.ts";
import { writePage } from "../dashboard/page.ts";
import { type FilledPanel, nameOf } from "../dashboard/panel-data.ts";
import { formatValue } from "../dashboard/units.ts";
import { type DashboardPanel, readDashboard } from "../support/dashboard-queries.ts";

describe("formatValue()", () => {
  it.each([
    { value: 0.000_25, unit: "s", text: "250 µs" },
    { value: 0.0123, unit: "s", text: "12.3 ms" },
    { value: 0, unit: "s", text: "0 s" },
    { value: 90, unit: "dtdurations", text: "1.5 min" },
    { value: 0.0567, unit: "percentunit", text: "5.67 %" },
    { value: 1536, unit: "bytes", text: "1.5 KiB" },
    { value: 12_345, unit: "reqps", text: "12.3k req/s" },
    { value: 3, unit: "none", text: "3" },
    { value: Number.NaN, unit: "s", text: "–" },
  ])("writes $value in $unit as $text", ({ value, unit, text }) => {
    expect(formatValue(value, unit)).toBe(text);
  });
});

describe("ticksOf()", () => {
  it.each([
    { low: 0, high: 10, ticks: [0, 5, 10] },
    { low: 0, high: 0.07, ticks: [0, 0.02, 0.04, 0.06] },
    { low: -30, high: 55, ticks: [0, 50] },
    { low: 2, high: 2, ticks: [2] },
  ])("divides $low to $high at $ticks", ({ low, high, ticks }) => {
    expect(ticksOf(low, high, 4)).toEqual(ticks);
  });
});

describe("nameOf()", () => {
  it("puts labels into a legend, and nothing for those that are not there", () => {
    const labels = { model: "iris", version: "1", output: "label" };
    expect(nameOf("{{model}} {{version}} {{feature}}{{output}}", labels)).toBe("iris 1 label");
  });
});

describe("writePage()", () => {
  const { title, panels } = readDashboard();
  const range = { from: 0, to: 60, step: 1 };
  const fill = (panel: DashboardPanel): FilledPanel | DashboardPanel => {
    const fields = panel.fieldConfig?.defaults;
    if (fields === undefined) return panel;
    const points = Array.from({ length: 60 }, (_, time) => [time, time % 2] as const);
    return { panel, fields, series: [{ name: "<1>", points }], range };
  };

  it("shows every panel of the dashboard by its title, and names as they are", () => {
    const page = writePage({ title, panels: panels.map(fill), marks: [30] });
    const missing = panels.filter((panel) => !page.includes(`${panel.title}</h`));
    expect(missing).toEqual([]);
    expect(page.match(/<h3>/g)).toHaveLength(panels.filter(({ type }) => type !== "row").length);
    expect(page).not.toContain("<1>");
    expect(page).not.toContain("NaN");
  });

  it("says so where there is no data", () => {
    const empty = panels
      .map(fill)
      .map((each) => ("panel" in each ? { ...each, series: [] } : each));
    expect(writePage({ title, panels: empty, marks: [] })).toContain("No data");
  });
});
