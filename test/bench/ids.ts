import { startPresage } from "./contenders.ts";
import type { LoadGenerator } from "./load/start.ts";
import type { Plan } from "./options.ts";
import type { ServerProgram } from "./process.ts";
import { expectLength, predictExchange } from "./requests.ts";
import { concurrency } from "./rounds.ts";

/** Predictions of one server in one round. */
export interface PredictFigures {
  /** Calls a second. */
  readonly rate: number;
  /** The server's CPU time for each of them, in microseconds. */
  readonly cpuMicros: number;
}

/** One round: ids that hold the answers, by a server with SQLite, and plain ones, with the store off. */
export interface IdRound {
  readonly on: PredictFigures;
  readonly off: PredictFigures;
}

/** The difference is small: it takes more rounds than others to see it. */
const roundsOfPlan = 2;

/** Measures Predict with and without feedback in interleaved rounds. */
export async function measureIds(
  load: LoadGenerator,
  plan: Plan,
  tell: (text: string) => void,
): Promise<readonly IdRound[]> {
  const programs: ServerProgram[] = [];
  const start = async (flags: readonly string[]): Promise<() => Promise<PredictFigures>> => {
    const program = await startPresage(undefined, "server", flags);
    programs.push(program);
    return warmUpPredict(load, plan, program);
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

/** Warms a server up, and gives what measures it once. */
async function warmUpPredict(
  load: LoadGenerator,
  plan: Plan,
  { port, pid }: ServerProgram,
): Promise<() => Promise<PredictFigures>> {
  const asked = predictExchange("grpc", port);
  const exchange = expectLength(asked, (await load.call(asked)).length);
  const order = { kind: "closed", exchange, ...concurrency.grpc, pid } as const;
  await load.load({ ...order, ...plan.warmUp });
  return async () => {
    const { calls, seconds, serverCpu } = await load.load({ ...order, seconds: plan.throughput });
    return { rate: calls / seconds, cpuMicros: (serverCpu / calls) * 1e6 };
  };
}
