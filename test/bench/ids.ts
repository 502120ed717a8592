import { type CallFigures, roundsOfPlan, warmUpCalls } from "./call-figures.ts";
import { startPresage } from "./contenders.ts";
import type { LoadGenerator } from "./load/start.ts";
import type { Plan } from "./options.ts";
import type { ServerProgram } from "./process.ts";
import { predictExchange } from "./requests.ts";

/** One round: ids that hold the answers, by a server with SQLite, and plain ones, with the store off. */
export interface IdRound {
  readonly on: CallFigures;
  readonly off: CallFigures;
}

/** Measures Predict with and without feedback in interleaved rounds. */
export async function measureIds(
  load: LoadGenerator,
  plan: Plan,
  tell: (text: string) => void,
): Promise<readonly IdRound[]> {
  const programs: ServerProgram[] = [];
  const start = async (flags: readonly string[]): Promise<() => Promise<CallFigures>> => {
    const program = await startPresage(undefined, "server", flags);
    programs.push(program);
    const exchange = predictExchange("grpc", program.port);
    return warmUpCalls({ exchange, pid: program.pid }, load, plan);
  };
  try {
    tell("ids: warming up");
    const on = await start([]);
    const off = await start(["--store", "off"]);
    const rounds: IdRound[] = [];
    for (let round = 0; round < plan.rounds * roundsOfPlan; round += 1) {
      tell(`ids: round ${round + 1} of ${plan.rounds * roundsOfPlan}`);
      // oxlint-disable-next-line no-await-in-loop -- one at a time is the point
      rounds.push(
        round % 2 === 0
          ? { on: await on(), off: await off() }
          : { off: await off(), on: await on() },
      );
    }
    return rounds;
  } finally {
    await Promise.all(programs.map(({ stop }) => stop()));
  }
}
