import type { Competitor } from "./contenders.ts";
import type { Protocol } from "./load/connection.ts";
import type { LoadGenerator } from "./load/start.ts";
import type { Plan } from "./options.ts";
import { readMemoryMb } from "./proc.ts";

/** Latencies in milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/** One server's figures of one round. */
export interface RoundFigures {
  /** Calls a second, with as many under way as `concurrency` says. */
  readonly rate: number;
  /** The server's CPU time for each of them, in microseconds. */
  readonly cpuMicros: number;
  /** How much of a core the server and the load generator used: 1 is all of it. */
  readonly serverShare: number;
  readonly loadShare: number;
  readonly oneAtATime: Latency;
  /** At half of the round's rate, from the time at which each call was due. */
  readonly halfLoad: Latency;
  readonly memoryMb: number;
}

/** One server's figures of all rounds. */
export interface Row {
  readonly name: string;
  readonly protocol: Protocol;
  readonly rounds: readonly RoundFigures[];
}

/** Connections, and calls under way on each, when the rate is measured. */
export const concurrency: Readonly<
  Record<Protocol, { readonly connections: number; readonly streams: number }>
> = { grpc: { connections: 8, streams: 16 }, json: { connections: 32, streams: 1 } };

/** Gives a server its share of calls before anything is measured. */
export async function warmUp(
  { exchange, protocol, program }: Competitor,
  load: LoadGenerator,
  { warmUp: amount }: Plan,
): Promise<void> {
  const { pid } = program;
  await load.load({ kind: "closed", exchange, ...concurrency[protocol], ...amount, pid });
}

/** Measures every server once in each round, each round beginning with another of them. */
export async function measureRounds(
  competitors: readonly Competitor[],
  load: LoadGenerator,
  { plan, onRound }: { readonly plan: Plan; readonly onRound: (round: number) => void },
): Promise<readonly Row[]> {
  const figures = new Map<Competitor, RoundFigures[]>(competitors.map((each) => [each, []]));
  for (let round = 0; round < plan.rounds; round += 1) {
    onRound(round + 1);
    const first = round % Math.max(competitors.length, 1);
    const order = [...competitors.slice(first), ...competitors.slice(0, first)];
    // oxlint-disable-next-line no-await-in-loop -- one at a time is the point
    for (const competitor of order)
      figures.get(competitor)?.push(await measureOne(competitor, load, plan));
  }
  return competitors.map((each) => ({
    name: each.name,
    protocol: each.protocol,
    rounds: figures.get(each) ?? [],
  }));
}

async function measureOne(
  { exchange, protocol, program: { pid } }: Competitor,
  load: LoadGenerator,
  plan: Plan,
): Promise<RoundFigures> {
  const { connections, streams } = concurrency[protocol];
  const common = { exchange, connections, pid };
  const full = await load.load({ ...common, kind: "closed", streams, seconds: plan.throughput });
  const memoryMb = readMemoryMb(pid);
  const seconds = plan.oneAtATime;
  const one = await load.load({ ...common, kind: "closed", connections: 1, streams: 1, seconds });
  const rate = full.calls / full.seconds;
  const half = await load.load({ ...common, kind: "open", rate: rate / 2, seconds: plan.halfLoad });
  return {
    rate,
    cpuMicros: (full.serverCpu / full.calls) * 1e6,
    serverShare: full.serverCpu / full.seconds,
    loadShare: full.ownCpu / full.seconds,
    oneAtATime: { p50: one.p50, p99: one.p99 },
    halfLoad: { p50: half.p50, p99: half.p99 },
    memoryMb,
  };
}
