import { readFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import { repositoryPath } from "./model-directory.ts";

/** The dashboard, as it is delivered. */
export const dashboardFile: string = repositoryPath("deploy/grafana/presage.json");
/** Prometheus' configuration, as it is delivered. */
export const configFile: string = repositoryPath("deploy/prometheus/prometheus.yml");
/** The rules, as they are delivered. */
export const rulesFile: string = repositoryPath("deploy/prometheus/rules.yml");

/** One rule, which records or alerts. */
export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The rules in one list. */
export function readRules(): readonly Rule[] {
  return readGroups().flatMap(({ rules }) => rules);
}

/** The names of all alerts. */
export function readAlertNames(): readonly string[] {
  return readRules().flatMap(({ alert }) => alert ?? []);
}

interface RuleGroup {
  readonly name: string;
  readonly rules: readonly Rule[];
}

function readGroups(): readonly RuleGroup[] {
  return (parse(readFileSync(rulesFile, "utf8")) as { groups: readonly RuleGroup[] }).groups;
}

/** The text of the delivered rules, with nothing changed but that time passes so many times as fast. */
export function hastenRules(factor: number): string {
  const groups = readGroups().map(({ name, rules }) => ({
    name,
    rules: rules.map((rule) => ({
      ...rule,
      expr: hastenExpression(rule.expr, factor),
      ...(rule.for !== undefined && { for: hastenDuration(rule.for, factor) }),
    })),
  }));
  return stringify({ groups });
}

/** Shortens the ranges and offsets of a query. */
export function hastenExpression(expr: string, factor: number): string {
  return expr.replace(/(?<=\[|\boffset )\d+(?:ms|[smhd])/g, (duration) =>
    hastenDuration(duration, factor),
  );
}

const unitsMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function hastenDuration(duration: string, factor: number): string {
  const [, count, unit] = /^(\d+)(ms|[smhd])$/.exec(duration) ?? [];
  if (count === undefined || unit === undefined) throw new Error(`${duration} is no duration`);
  return `${Math.round((Number(count) * unitsMs[unit as keyof typeof unitsMs]) / factor)}ms`;
}

/** The text of the delivered configuration, scraping other targets at another pace. */
export function configureFor(targets: readonly string[], everyMs: number): string {
  const config = parse(readFileSync(configFile, "utf8")) as {
    readonly scrape_configs: readonly Record<string, unknown>[];
  };
  const every = `${everyMs}ms`;
  return stringify({
    ...config,
    global: { scrape_interval: every, scrape_timeout: every, evaluation_interval: every },
    scrape_configs: config.scrape_configs.map((job) => ({
      ...job,
      static_configs: [{ targets }],
    })),
  });
}
