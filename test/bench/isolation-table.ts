import type { Isolation, IsolationFigures, IsolationRound } from "./isolation.ts";
import { median } from "./latency.ts";
import type { Latency } from "./rounds.ts";
import { layOut } from "./table.ts";

const names: Readonly<Record<keyof IsolationFigures, string>> = {
  health: "health check",
  tiny: "breast-cancer",
};

/** The table of `--isolation`: medians of the rounds. */
export function layOutIsolation({ slowAloneMs, rounds }: Isolation): string {
  const middle = (pick: (round: IsolationRound) => number): number => median(rounds.map(pick));
  const describe = (pick: (round: IsolationRound) => Latency): string =>
    `${middle((round) => pick(round).p50).toFixed(2)} / ${middle((round) => pick(round).p99).toFixed(2)}`;
  const calls = (["health", "tiny"] as const).map((name) => [
    names[name],
    describe(({ alone }) => alone[name]),
    describe(({ beside }) => beside[name]),
  ]);
  const head = ["calls, one at a time", "p50/p99 ms, alone", "p50/p99 ms, beside the slow model"];
  const rate = middle(({ slowRate }) => slowRate).toFixed(0);
  const loaded = middle(({ slowMs }) => slowMs).toFixed(0);
  return [
    layOut([head, ...calls], 1),
    `the slow model: ${slowAloneMs.toFixed(0)} ms a call alone; loaded, ${rate} calls/s and ${loaded} ms a call`,
  ].join("\n");
}
