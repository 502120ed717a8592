import { createPostgresConnection } from "../../server/src/feedback/postgres/connection.ts";
import { startPostgres } from "../support/postgres.ts";
import { startPresage } from "./contenders.ts";
import type { LoadGenerator } from "./load/start.ts";
import type { Plan } from "./options.ts";
import type { ServerProgram } from "./process.ts";
import { prepareReports, reportExchange } from "./reports.ts";
import { concurrency, type Latency } from "./rounds.ts";

/** Where feedback is kept. */
export type StoreKind = "sqlite" | "postgres";

/** Reports of one row each, in one round. */
export interface ReportFigures extends Latency {
  /** Rows a second that were acknowledged. */
  readonly rate: number;
  /** The server's CPU time for each, in microseconds; PostgreSQL's own processes are not the server's. */
  readonly cpuMicros: number;
  /** How much of a core the server and the load generator used: 1 is all of it. */
  readonly serverShare: number;
  readonly loadShare: number;
}

/** One round: many calls under way, whose rows share commits, and one, which is one commit a row. */
export interface StoreRound {
  readonly many: ReportFigures;
  readonly single: ReportFigures;
}

/** One store's figures of all rounds. */
export interface StoreRow {
  readonly store: StoreKind;
  /** Whether the store waits for the disk before it says that a row is kept. */
  readonly durable: boolean;
  readonly rounds: readonly StoreRound[];
}

/** Reports are prepared for as long as is measured, at rates above what is reached. */
const preparedRate = { many: 16_000, single: 4000 } as const;
/** What is sent before anything is measured, in seconds. */
const rampSeconds = 0.5;
const oneAtATime = { connections: 1, streams: 1 } as const;

interface Side {
  readonly store: StoreKind;
  readonly durable: boolean;
  readonly program: ServerProgram;
  readonly rounds: StoreRound[];
}

/** Measures reports in each kind of store in interleaved rounds. */
export async function measureStores(
  load: LoadGenerator,
  plan: Plan,
  tell: (text: string) => void,
): Promise<readonly StoreRow[]> {
  await using postgres = await startPostgres({ fsync: true });
  const url = await postgres.createDatabase();
  const sides: Side[] = [];
  const start = async (
    store: StoreKind,
    durable: boolean,
    flags: readonly string[],
  ): Promise<void> => {
    const program = await startPresage(undefined, "server", flags);
    sides.push({ store, durable, program, rounds: [] });
  };
  try {
    await start("sqlite", true, []);
    await start("postgres", await isDurable(url), ["--store", url]);
    for (const { store, program } of sides) {
      tell(`feedback: warming up ${store}`);
      // oxlint-disable-next-line no-await-in-loop -- one at a time is the point
      await report(load, program, { under: "many", seconds: plan.warmUp.seconds });
    }
    const { throughput: seconds } = plan;
    for (let round = 0; round < plan.rounds; round += 1) {
      tell(`feedback: round ${round + 1} of ${plan.rounds}`);
      for (const { program, rounds } of sides) {
        // oxlint-disable-next-line no-await-in-loop
        const many = await report(load, program, { under: "many", seconds });
        // oxlint-disable-next-line no-await-in-loop
        const single = await report(load, program, { under: "single", seconds });
        rounds.push({ many, single });
      }
    }
  } finally {
    await Promise.all(sides.map(({ program }) => program.stop()));
  }
  return sides.map(({ store, durable, rounds }) => ({ store, durable, rounds }));
}

interface ReportOrder {
  /** How many calls are under way. */
  readonly under: keyof StoreRound;
  /** It ends sooner if the reports are used up. */
  readonly seconds: number;
}

/** Has rows predicted, and reports the truth of each by a call of its own. */
async function report(
  load: LoadGenerator,
  { port, pid }: ServerProgram,
  { under, seconds: wanted }: ReportOrder,
): Promise<ReportFigures> {
  const count = Math.ceil((wanted + rampSeconds) * preparedRate[under]);
  const bodies = await prepareReports(port, count);
  const measured = await load.load({
    kind: "closed",
    exchange: reportExchange(port),
    ...(under === "many" ? concurrency.grpc : oneAtATime),
    seconds: wanted,
    bodies,
    pid,
  });
  const { calls, seconds, p50, p99, serverCpu, ownCpu } = measured;
  return {
    rate: calls / seconds,
    cpuMicros: (serverCpu / calls) * 1e6,
    serverShare: serverCpu / seconds,
    loadShare: ownCpu / seconds,
    p50,
    p99,
  };
}

async function isDurable(url: string): Promise<boolean> {
  const connection = createPostgresConnection(url);
  const [setting] = await connection.query<{ readonly fsync: string }>("SHOW fsync");
  await connection.close();
  return setting?.fsync === "on";
}
