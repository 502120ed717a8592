import type { Row } from "../layout.ts";
import { figure, lines } from "../panels.ts";
import type { Query } from "../queries.ts";

/** A gauge of each server. */
function ofServers(metric: string, what = ""): Query {
  return { expr: metric, legend: what === "" ? "{{instance}}" : `{{instance}} ${what}` };
}

export const processRow: Row = {
  title: "Process",
  panels: [
    lines({
      title: "Event-loop delay",
      description:
        "How late the event loop comes to what is due. Everything on it waits: calls, probes, this page.",
      unit: "s",
      min: 0,
      width: 6,
      queries: ["p50", "p90", "p99", "max"].map((each) =>
        ofServers(`nodejs_eventloop_delay_${each}_seconds`, each),
      ),
    }),
    lines({
      title: "Event-loop utilization",
      description: "The share of time in which the event loop was busy. Near 1 the server is full.",
      unit: "percentunit",
      min: 0,
      max: 1,
      width: 6,
      queries: [ofServers("nodejs_eventloop_utilization")],
    }),
    lines({
      title: "Memory",
      description: "Memory of the process, and the part of it that JavaScript's objects take.",
      unit: "bytes",
      min: 0,
      width: 6,
      queries: [
        ofServers("process_memory_usage_bytes", "resident"),
        ofServers("v8js_memory_heap_used_bytes", "heap"),
      ],
    }),
    lines({
      title: "CPU",
      description: "Cores that the process keeps busy, in its own code and in the kernel's.",
      unit: "cores",
      min: 0,
      width: 6,
      stacked: true,
      queries: [
        {
          expr: "sum by (instance, cpu_mode) (rate(process_cpu_time_seconds_total[$__rate_interval]))",
          legend: "{{instance}} {{cpu_mode}}",
        },
      ],
    }),
    lines({
      title: "Calls under way",
      description: "Calls that were begun and are not answered yet, open streams among them.",
      unit: "none",
      min: 0,
      queries: [ofServers("presage_calls_active")],
    }),
    lines({
      title: "Lines missing in the log",
      description: "Lines a second that were left out of the log, as there were too many.",
      unit: "ops",
      min: 0,
      queries: [ofServers("rate(presage_log_dropped_total[$__rate_interval])")],
    }),
    figure({
      title: "Up since",
      description: "How long each server has been running.",
      unit: "dtdurations",
      width: 4,
      queries: [ofServers("process_uptime_seconds")],
    }),
    figure({
      title: "Servers by version",
      description: "How many servers run which Presage on which Node.",
      unit: "none",
      width: 4,
      queries: [
        {
          expr: "count by (presage_version, node_version) (presage_build_info)",
          legend: "{{presage_version}} on {{node_version}}",
        },
      ],
    }),
  ],
};
