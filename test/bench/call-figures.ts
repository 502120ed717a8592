import type { Exchange } from "./load/connection.ts";
import type { LoadGenerator } from "./load/start.ts";
import type { Plan } from "./options.ts";
import { expectLength } from "./requests.ts";
import { concurrency } from "./rounds.ts";

/** Calls of one kind in one round. */
export interface CallFigures {
  /** Calls a second. */
  readonly rate: number;
  /** The server's CPU time for each of them, in microseconds. */
  readonly cpuMicros: number;
}

/** A difference of a few hundredths takes so many times the rounds that others do to see it. */
export const roundsOfPlan = 2;

/** What is called: an exchange over gRPC, with the process that answers it. */
export interface CalledServer {
  readonly exchange: Exchange;
  readonly pid: number;
}

/** Warms a server up with calls of one kind, and gives what measures them once. */
export async function warmUpCalls(
  { exchange: asked, pid }: CalledServer,
  load: LoadGenerator,
  plan: Plan,
): Promise<() => Promise<CallFigures>> {
  const exchange = expectLength(asked, (await load.call(asked)).length);
  const order = { kind: "closed", exchange, ...concurrency.grpc, pid } as const;
  await load.load({ ...order, ...plan.warmUp });
  return async () => {
    const { calls, seconds, serverCpu } = await load.load({ ...order, seconds: plan.throughput });
    return { rate: calls / seconds, cpuMicros: (serverCpu / calls) * 1e6 };
  };
}
