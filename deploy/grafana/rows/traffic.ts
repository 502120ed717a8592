import type { Row } from "../layout.ts";
import { lines } from "../panels.ts";
import { rateOf } from "../queries.ts";

const calls = "rpc_server_call_duration_seconds_count";

export const trafficRow: Row = {
  title: "Traffic",
  panels: [
    lines({
      title: "Calls by method",
      description:
        "Calls a second by method. A method that the server does not know counts as _OTHER.",
      unit: "reqps",
      min: 0,
      width: 6,
      queries: [{ expr: rateOf(calls, { by: ["rpc_method"] }), legend: "{{rpc_method}}" }],
    }),
    lines({
      title: "Calls by code",
      description: "Calls a second by the status that they ended with.",
      unit: "reqps",
      min: 0,
      width: 6,
      stacked: true,
      queries: [
        {
          expr: rateOf(calls, { by: ["rpc_status_code"] }),
          legend: "{{rpc_status_code}}",
        },
      ],
    }),
    lines({
      title: "Predictions by model",
      description: "Predictions a second by version; each message of a stream is one.",
      unit: "reqps",
      min: 0,
      width: 6,
      queries: [
        {
          expr: rateOf("presage_predictions_total", { by: ["model", "version"] }),
          legend: "{{model}} {{version}}",
        },
      ],
    }),
    lines({
      title: "Calls by protocol",
      description: "Calls a second by protocol: gRPC, gRPC-Web or Connect.",
      unit: "reqps",
      min: 0,
      width: 6,
      queries: [
        { expr: rateOf(calls, { by: ["rpc_system_name"] }), legend: "{{rpc_system_name}}" },
      ],
    }),
  ],
};
