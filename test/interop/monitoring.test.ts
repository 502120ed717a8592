import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listQueries, readDashboard, substitute } from "../support/dashboard-queries.ts";
import { repositoryPath } from "../support/model-directory.ts";
import {
  configFile,
  hastenExpression,
  readAlertNames,
  readRules,
  rulesFile,
} from "../support/monitoring-files.ts";
import type { Series } from "../support/prometheus-api.ts";
import { runTool } from "../support/tools.ts";
import { type Fault, faults } from "./monitoring/faults.ts";
import { type Pace, type Setting, startSetting } from "./monitoring/setting.ts";
import { flowers } from "./monitoring/tables.ts";

const pace: Pace = { haste: 100, everyMs: 500 };
const rules = readRules().map(({ record, alert, expr }) => ({ name: record ?? alert, expr }));

const ruleTests = ["rules.test.yml", "rules-quality.test.yml"].map((name) =>
  repositoryPath(`deploy/prometheus/${name}`),
);

describe("promtool", { timeout: 120_000 }, () => {
  it.each([
    { what: "the rules", args: ["check", "rules", "--lint=all", "--lint-fatal", rulesFile] },
    { what: "the configuration", args: ["check", "config", configFile] },
    { what: "when each alert comes and goes", args: ["test", "rules", ...ruleTests] },
  ])("finds no fault with $what", async ({ args }) => {
    const { code, errors } = await runTool("promtool", args);
    expect([code, errors]).toEqual([0, ""]);
  });
});

describe("a real Prometheus that scrapes real servers", { timeout: 240_000 }, () => {
  let setting: Setting;
  let begun: number;
  /** What became of each fault, and of the time without servers; they go on at once. */
  let absence: Promise<readonly string[]>;
  let courses: ReadonlyMap<Fault, Promise<readonly string[]>>;

  beforeAll(async () => {
    begun = Date.now() / 1000;
    setting = await startSetting(pace);
    absence = observeAbsence();
    const connected = absence.then(allUp);
    courses = new Map(faults.map((fault) => [fault, connected.then(() => observe(fault))]));
    // A course that fails is told of by its own test.
    await Promise.allSettled([absence, ...courses.values()]);
  }, 360_000);
  afterAll(() => setting?.stop());

  /** Resolves once every server was scraped. */
  async function allUp(): Promise<void> {
    await setting.until("all servers are up", async () => {
      const [up] = await setting.prometheus.query('count(up{job="presage"} == 1)');
      return up?.value === 4;
    });
  }

  /** Whether each alert fires, for any series with such labels. */
  async function areFiring({
    alerts,
    labels,
  }: Pick<Fault, "alerts" | "labels">): Promise<readonly boolean[]> {
    const active = await setting.prometheus.alerts();
    return alerts.map((alertname) =>
      active.some(
        (each) => each.state === "firing" && has(each.labels, { ...labels(setting), alertname }),
      ),
    );
  }

  /** Waits until each alert of a fault has fired, if only for a while, or none does. */
  async function become(
    fault: Pick<Fault, "alerts" | "labels">,
    state: "firing" | "quiet",
  ): Promise<string> {
    const seen = new Set<number>();
    await setting.until(`${fault.alerts.join(", ")}: ${state}`, async () => {
      const firing = await areFiring(fault);
      for (const [index, fires] of firing.entries()) if (fires) seen.add(index);
      return state === "firing" ? seen.size === firing.length : !firing.includes(true);
    });
    return state;
  }

  /** Brings a fault about, and ends it once its alerts fire. */
  async function observe(fault: Fault): Promise<readonly string[]> {
    const before = (await areFiring(fault)).includes(true) ? "firing" : "quiet";
    const end = await fault.begin(setting);
    const meanwhile = await become(fault, "firing");
    await end();
    return [before, meanwhile, await become(fault, "quiet")];
  }

  async function observeAbsence(): Promise<readonly string[]> {
    const nobody = { alerts: ["PresageAbsent"], labels: () => ({}) };
    const before = await become(nobody, "firing");
    await setting.connect();
    return [before, await become(nobody, "quiet")];
  }

  /** What a query has given since the beginning, but for what is no number. */
  async function dataOf(expr: string): Promise<readonly Series[]> {
    const range = { from: begun, to: Date.now() / 1000, step: pace.everyMs / 1000 };
    const series = await setting.prometheus.queryRange(expr, range);
    return series.filter(({ points }) => points.some(([, value]) => Number.isFinite(value)));
  }

  it("provokes every alert that there is", () => {
    const provoked = ["PresageAbsent", ...faults.flatMap(({ alerts }) => alerts)];
    expect(provoked.toSorted()).toEqual(readAlertNames().toSorted());
  });

  it("tells that there is no server, until there is one: PresageAbsent", async () => {
    expect(await absence).toEqual(["firing", "quiet"]);
  });

  it.each(faults)("tells of $name: $alerts", async (fault) => {
    expect(await courses.get(fault)).toEqual(["quiet", "firing", "quiet"]);
  });

  it("evaluates every rule without a fault", async () => {
    expect(await setting.prometheus.ruleFaults()).toEqual([]);
  });

  it("keeps the traces that latencies lead to, as exemplars", async () => {
    await setting.small.client.predict("iris", [...flowers]);
    const buckets = 'presage_prediction_duration_seconds_bucket{phase="total"}';
    const kept = (): ReturnType<Setting["prometheus"]["exemplars"]> =>
      setting.prometheus.exemplars(buckets, { from: begun, to: Date.now() / 1000 });
    await setting.until("there are exemplars", async () => (await kept()).length > 0);
    expect((await kept())[0]?.labels["trace_id"]).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each(rules)("has data for the rule $name", async ({ expr }) => {
    expect(await dataOf(hastenExpression(expr, pace.haste))).not.toEqual([]);
  });

  it.each(listQueries(readDashboard()))("has data for $panel: $expr", async ({ expr }) => {
    expect(await dataOf(substitute(expr, { rateInterval: "3s" }))).not.toEqual([]);
  });
});

function has(
  labels: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}
