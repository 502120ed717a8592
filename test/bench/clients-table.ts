import type { ClientRound, ClientRow } from "./clients.ts";
import { median } from "./latency.ts";
import { layOut, percent } from "./table.ts";

/** The table of `--client`: medians of the rounds. */
export function layOutClients(rows: readonly ClientRow[]): string {
  const head = ["client", "predictions/s", "client CPU µs", "server CPU µs", "client", "server"];
  return layOut([head, ...rows.map(describeRow)], 1);
}

function describeRow({ client, rounds }: ClientRow): readonly string[] {
  const middle = (pick: (each: ClientRound) => number): number => median(rounds.map(pick));
  return [
    client,
    middle(({ rate }) => rate).toFixed(0),
    middle(({ clientMicros }) => clientMicros).toFixed(1),
    middle(({ serverMicros }) => serverMicros).toFixed(1),
    percent(middle(({ clientShare }) => clientShare)),
    percent(middle(({ serverShare }) => serverShare)),
  ];
}
