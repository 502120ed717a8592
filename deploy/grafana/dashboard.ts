import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type Dashboard,
  DashboardCursorSync,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from "@grafana/schema";
import { layOut } from "./layout.ts";
import { datasource } from "./panels.ts";
import { batchesRow } from "./rows/batches.ts";
import { driftRow } from "./rows/drift.ts";
import { errorsRow } from "./rows/errors.ts";
import { glanceRow } from "./rows/glance.ts";
import { latencyRow } from "./rows/latency.ts";
import { modelsRow } from "./rows/models.ts";
import { processRow } from "./rows/process.ts";
import { qualityRow } from "./rows/quality.ts";
import { trafficRow } from "./rows/traffic.ts";

/** The file that Grafana reads. `node deploy/grafana/dashboard.ts` writes it. */
export const dashboardFile: string = fileURLToPath(new URL("presage.json", import.meta.url));

/** What Prometheus is asked for an annotation, beyond what all data sources are. */
const alertQuery = {
  expr: 'ALERTS{alertname=~"Presage.+", alertstate="firing"}',
  titleFormat: "{{alertname}}",
  textFormat: "{{model}} {{version}} {{instance}}",
  step: "15s",
};

/** What the file has to hold. */
export function createDashboard(): Dashboard {
  return {
    title: "Presage",
    uid: "presage",
    description: "Calls, latency, batches, quality and drift of the models that Presage serves.",
    tags: ["presage", "machine-learning"],
    // That of Grafana 11.0; later ones bring it up to their own.
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: DashboardCursorSync.Crosshair,
    refresh: "30s",
    time: { from: "now-1h", to: "now" },
    timezone: "browser",
    templating: { list: variables() },
    annotations: {
      list: [
        {
          name: "Alerts",
          datasource,
          enable: true,
          iconColor: "red",
          ...alertQuery,
        },
      ],
    },
    links: [],
    panels: layOut([
      glanceRow,
      trafficRow,
      latencyRow,
      errorsRow,
      batchesRow,
      processRow,
      qualityRow,
      driftRow,
      modelsRow,
    ]),
  };
}

function variables(): VariableModel[] {
  const every = { text: ["All"], value: ["$__all"] };
  const ofModels = (label: string, title: string, query: string): VariableModel => ({
    name: label,
    label: title,
    type: "query",
    datasource,
    query: { query, refId: label },
    refresh: VariableRefresh.onTimeRangeChanged,
    sort: VariableSort.naturalAsc,
    multi: true,
    includeAll: true,
    // Also what has no model: calls that are about none.
    allValue: ".*",
    current: every,
  });
  return [
    {
      name: "datasource",
      label: "Data source",
      type: "datasource",
      query: "prometheus",
      current: { text: "Prometheus", value: "prometheus" },
    },
    ofModels("model", "Model", "label_values(presage_model_state, model)"),
    ofModels("version", "Version", 'label_values(presage_model_state{model=~"$model"}, version)'),
  ];
}

if (import.meta.main) {
  writeFileSync(dashboardFile, JSON.stringify(createDashboard()));
  execFileSync("biome", ["format", "--write", dashboardFile], { stdio: "inherit" });
}
