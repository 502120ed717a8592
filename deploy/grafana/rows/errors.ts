import type { Row } from "../layout.ts";
import { lines } from "../panels.ts";
import { faultCodes, mistakeCodes, rateOf } from "../queries.ts";

const calls = "rpc_server_call_duration_seconds_count";

/** The share of calls that end with one of these codes; 0 where none does. */
function shareOf(codes: string): string {
  const some = rateOf(calls, { where: `rpc_status_code=~"${codes}"` });
  return `(${some} or vector(0)) / ${rateOf(calls)}`;
}

export const errorsRow: Row = {
  title: "Errors",
  panels: [
    lines({
      title: "Share of calls that fail",
      description:
        "By whose doing: the server's (UNKNOWN, DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE, DATA_LOSS), the caller's (what does not fit, is not there or cannot be), or too many calls at once (RESOURCE_EXHAUSTED).",
      unit: "percentunit",
      min: 0,
      queries: [
        { expr: shareOf(faultCodes), legend: "server" },
        { expr: shareOf(mistakeCodes), legend: "caller" },
        { expr: shareOf("RESOURCE_EXHAUSTED"), legend: "overload" },
      ],
    }),
    lines({
      title: "Failed calls by code",
      description: "Calls a second that did not end with OK, by status.",
      unit: "reqps",
      min: 0,
      stacked: true,
      queries: [
        {
          expr: rateOf(calls, {
            by: ["rpc_status_code"],
            where: 'rpc_status_code!="OK"',
          }),
          legend: "{{rpc_status_code}}",
        },
      ],
    }),
    lines({
      title: "Failed predictions by model",
      description:
        "Predictions a second that did not end with OK; each message of a stream is one.",
      unit: "reqps",
      min: 0,
      stacked: true,
      queries: [
        {
          expr: rateOf("presage_predictions_total", {
            by: ["model", "version", "code"],
            where: 'code!="OK"',
          }),
          legend: "{{model}} {{version}} {{code}}",
        },
      ],
    }),
  ],
};
