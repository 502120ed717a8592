import { readFileSync } from "node:fs";
import { dashboardFile } from "./monitoring-files.ts";

/** A panel, as far as it is read here. */
export interface DashboardPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  readonly fieldConfig?: { readonly defaults: FieldDefaults };
}

/** How a panel's values are shown. */
export interface FieldDefaults {
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  readonly color: { readonly mode: string };
  readonly custom?: {
    readonly fillOpacity?: number;
    readonly stacking?: { readonly mode: string };
  };
  readonly thresholds: {
    readonly steps: readonly { readonly color: string; readonly value: number | null }[];
  };
  readonly mappings: readonly {
    readonly options: Readonly<Record<string, { readonly text: string; readonly color?: string }>>;
  }[];
}

/** A dashboard, as far as it is read here. */
export interface DashboardDocument {
  readonly title: string;
  readonly panels: readonly DashboardPanel[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly query: string | { readonly query: string };
    }[];
  };
}

/** Reads the delivered dashboard. */
export function readDashboard(): DashboardDocument {
  return JSON.parse(readFileSync(dashboardFile, "utf8")) as DashboardDocument;
}

/** What stands for the dashboard's variables. */
export interface VariableValues {
  /** A regular expression. @default ".*", which stands for all */
  readonly model?: string;
  /** A regular expression. @default ".*", which stands for all */
  readonly version?: string;
  /** What rates are taken over, e.g. `1m`. */
  readonly rateInterval: string;
}

/** Puts values for the variables of a query, as Grafana does. */
export function substitute(expr: string, values: VariableValues): string {
  const { model = ".*", version = ".*", rateInterval } = values;
  const substituted = expr
    .replaceAll("$__rate_interval", rateInterval)
    .replaceAll("$model", model)
    .replaceAll("$version", version);
  if (substituted.includes("$")) throw new Error(`${substituted}: a variable has no value`);
  return substituted;
}

/** What the dashboard asks, by which panel. */
export interface AskedQuery {
  readonly panel: string;
  readonly expr: string;
}

/** Every query of the panels, the variables and the annotations; of a variable, what its labels are read from. */
export function listQueries(dashboard: DashboardDocument): readonly AskedQuery[] {
  const ofPanels = dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ panel: title, expr })),
  );
  const ofVariables = dashboard.templating.list.flatMap(({ name, query }) => {
    const [, expr] =
      typeof query === "string" ? [] : (/^label_values\((.+), \w+\)$/.exec(query.query) ?? []);
    return expr === undefined ? [] : [{ panel: `variable ${name}`, expr }];
  });
  const ofAnnotations = dashboard.annotations.list.map(({ expr }) => ({
    panel: "annotation",
    expr,
  }));
  return [...ofPanels, ...ofVariables, ...ofAnnotations];
}
