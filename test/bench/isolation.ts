import { setTimeout as sleep } from "node:timers/promises";
import { startPresage } from "./contenders.ts";
import { median } from "./latency.ts";
import type { Exchange } from "./load/connection.ts";
import type { LoadReport } from "./load/orders.ts";
import { type LoadGenerator, startLoadGenerator } from "./load/start.ts";
import type { Plan } from "./options.ts";
import { expectLength, floatsExchange, healthExchange, predictExchange } from "./requests.ts";
import type { Latency } from "./rounds.ts";
import { slowInput, writeSlowAndTiny } from "./slow-model.ts";
import { judgeAll, most, type Target } from "./targets.ts";

/** Calls one at a time, with nothing else to do or beside a slow model that always runs. */
export interface IsolationFigures {
  readonly health: Latency;
  readonly tiny: Latency;
}

/** One round. */
export interface IsolationRound {
  readonly alone: IsolationFigures;
  readonly beside: IsolationFigures;
  /** Calls a second of the slow model meanwhile, and the median of one, in milliseconds. */
  readonly slowRate: number;
  readonly slowMs: number;
}

/** What `--isolation` measured. */
export interface Isolation {
  /** The median of a call of the slow model with nothing beside it: one run. In milliseconds. */
  readonly slowAloneMs: number;
  readonly rounds: readonly IsolationRound[];
}

/** Calls of the slow model under way: while some run, the others wait for the next run. */
const slowLoad = { connections: 8, streams: 4 } as const;
/** An order of the slow load; one follows the other for as long as anything is measured. */
const slowSeconds = 1;
/** Until the slow model is busy. */
const busyAfterMs = 500;
const oneAtATime = { connections: 1, streams: 1 } as const;

/** Measures health checks and the tiny model, alone and beside a slow model, in turns. */
export async function measureIsolation(
  load: LoadGenerator,
  plan: Plan,
  tell: (text: string) => void,
): Promise<Isolation> {
  using models = writeSlowAndTiny();
  const { port, pid, stop } = await startPresage(models.root, "shared");
  const slowLoader = startLoadGenerator();
  const fix = async (asked: Exchange): Promise<Exchange> =>
    expectLength(asked, (await load.call(asked)).length);
  try {
    const [health, tiny, slow] = [
      await fix(healthExchange(port)),
      await fix(predictExchange("grpc", port)),
      await fix(floatsExchange(port, slowInput)),
    ];
    const one = (exchange: Exchange): Promise<LoadReport> =>
      load.load({ kind: "closed", exchange, ...oneAtATime, ...plan.isolation, pid });
    const measure = async (): Promise<IsolationFigures> => ({
      health: latencyOf(await one(health)),
      tiny: latencyOf(await one(tiny)),
    });
    tell("isolation: warming up");
    for (const exchange of [health, tiny]) {
      const order = { kind: "closed", exchange, ...slowLoad, ...plan.warmUp, pid } as const;
      // oxlint-disable-next-line no-await-in-loop -- one at a time is the point
      await load.load(order);
    }
    const slowOrder = { kind: "closed", exchange: slow, seconds: slowSeconds, pid } as const;
    const slowAlone = await slowLoader.load({ ...slowOrder, ...oneAtATime });
    const rounds: IsolationRound[] = [];
    for (let round = 0; round < plan.rounds; round += 1) {
      tell(`isolation: round ${round + 1} of ${plan.rounds}`);
      // oxlint-disable-next-line no-await-in-loop
      const alone = await measure();
      const runSlow = (): Promise<LoadReport> => slowLoader.load({ ...slowOrder, ...slowLoad });
      // oxlint-disable-next-line no-await-in-loop
      rounds.push({ alone, ...(await measureBeside(runSlow, measure)) });
    }
    return { slowAloneMs: slowAlone.p50, rounds };
  } finally {
    slowLoader.stop();
    await stop();
  }
}

/** Measures while the slow load runs again and again. */
async function measureBeside(
  runSlow: () => Promise<LoadReport>,
  measure: () => Promise<IsolationFigures>,
): Promise<Omit<IsolationRound, "alone">> {
  const state = { over: false };
  const keepBusy = async (): Promise<readonly LoadReport[]> => {
    const reports: LoadReport[] = [];
    // oxlint-disable-next-line no-await-in-loop -- the next begins when one has ended
    while (!state.over) reports.push(await runSlow());
    return reports;
  };
  const measureMeanwhile = async (): Promise<IsolationFigures> => {
    try {
      await sleep(busyAfterMs);
      return await measure();
    } finally {
      state.over = true;
    }
  };
  const [beside, slow] = await Promise.all([measureMeanwhile(), keepBusy()]);
  return {
    beside,
    slowRate: median(slow.map(({ calls, seconds }) => calls / seconds)),
    slowMs: median(slow.map(({ p50 }) => p50)),
  };
}

function latencyOf({ p50, p99 }: LoadReport): Latency {
  return { p50, p99 };
}

/** Lays what was measured beside what is promised. The ratio is the median of each round's own. */
export function judgeIsolation({ rounds }: Isolation): readonly Target[] {
  return judgeAll([
    {
      ...most(
        "p99 of a health check beside a loaded slow model",
        10,
        median(rounds.map(({ beside }) => beside.health.p99)),
      ),
      unit: "ms",
    },
    most(
      "p99 of the tiny model: beside a loaded slow model / alone",
      2,
      median(rounds.map(({ alone, beside }) => beside.tiny.p99 / alone.tiny.p99)),
    ),
  ]);
}
