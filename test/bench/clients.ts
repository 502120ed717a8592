import { once } from "node:events";
import {
  type ClientKind,
  type ClientOrder,
  type ClientReply,
  type ClientReport,
  clientKinds,
} from "./clients/orders.ts";
import { startPresage } from "./contenders.ts";
import { median } from "./latency.ts";
import type { Plan } from "./options.ts";
import { spawnNode } from "./process.ts";
import { judgeAll, type Target } from "./targets.ts";

/** One client's figures of one round. Every client has one connection to the same server. */
export interface ClientRound {
  /** Predictions a second. */
  readonly rate: number;
  /** The client's CPU time for each of them, in microseconds, and the server's. */
  readonly clientMicros: number;
  readonly serverMicros: number;
  /** How much of a core each used: 1 is all of it. */
  readonly clientShare: number;
  readonly serverShare: number;
}

/** One client's figures of all rounds. */
export interface ClientRow {
  readonly client: ClientKind;
  readonly rounds: readonly ClientRound[];
}

/** Calls under way, where each prediction is a call. */
const underWay = 128;
/** An order that took so much longer than it was meant to has failed. */
const patienceMs = 60_000;

interface ClientProgram {
  readonly kind: ClientKind;
  run(order: Omit<ClientOrder, "underWay">): Promise<ClientReport>;
  stop(): void;
}

/** Measures clients beside each other in interleaved rounds, each alone on its core. */
export async function measureClients(
  plan: Plan,
  tell: (text: string) => void,
): Promise<readonly ClientRow[]> {
  const { port, pid, stop } = await startPresage();
  const programs = clientKinds.map((kind) => startClient(kind, port));
  const figures = new Map<ClientKind, ClientRound[]>(clientKinds.map((kind) => [kind, []]));
  try {
    for (const program of programs) {
      tell(`warming up: ${program.kind}`);
      // oxlint-disable-next-line no-await-in-loop -- one at a time is the point
      await program.run({ seconds: plan.warmUp.seconds, pid });
    }
    for (let round = 0; round < plan.rounds; round += 1) {
      tell(`round ${round + 1} of ${plan.rounds}`);
      // oxlint-disable-next-line no-await-in-loop
      for (const program of programs)
        figures
          .get(program.kind)
          ?.push(toRound(await program.run({ seconds: plan.throughput, pid })));
    }
  } finally {
    for (const program of programs) program.stop();
    await stop();
  }
  return clientKinds.map((client) => ({ client, rounds: figures.get(client) ?? [] }));
}

function startClient(kind: ClientKind, port: number): ClientProgram {
  const child = spawnNode("load", "clients/program.ts", [kind, String(port)]);
  return {
    kind,
    async run(order) {
      const signal = AbortSignal.timeout(order.seconds * 1000 + patienceMs);
      const answered = once(child, "message", { signal });
      child.send({ ...order, underWay } satisfies ClientOrder);
      const [reply] = (await answered) as [ClientReply];
      if (reply.failure !== undefined) throw new Error(`${kind}: ${reply.failure}`);
      return reply.report;
    },
    stop: () => void child.kill("SIGKILL"),
  };
}

function toRound({ calls, seconds, clientCpu, serverCpu }: ClientReport): ClientRound {
  return {
    rate: calls / seconds,
    clientMicros: (clientCpu / calls) * 1e6,
    serverMicros: (serverCpu / calls) * 1e6,
    clientShare: clientCpu / seconds,
    serverShare: serverCpu / seconds,
  };
}

/** Lays what was measured beside what is promised. Ratios are medians of each round's own ratio. */
export function judgeClients(rows: readonly ClientRow[]): readonly Target[] {
  const promised = [
    {
      measure: "rate on one connection: SDK stream / SDK unary",
      bound: "least",
      limit: 3,
      figure: ratio(rows, ["sdk stream", "sdk unary"], ({ rate }) => rate),
    },
    {
      measure: "CPU of the busier side, each prediction: SDK unary / SDK stream",
      bound: "least",
      limit: 3,
      figure: ratio(rows, ["sdk unary", "sdk stream"], ({ clientMicros, serverMicros }) =>
        Math.max(clientMicros, serverMicros),
      ),
    },
    {
      measure: "CPU of the client, unary: SDK / grpc-js",
      bound: "most",
      limit: 1,
      figure: ratio(rows, ["sdk unary", "grpc-js unary"], ({ clientMicros }) => clientMicros),
    },
  ] as const;
  return judgeAll(promised);
}

function ratio(
  rows: readonly ClientRow[],
  [ours, theirs]: readonly [ClientKind, ClientKind],
  pick: (round: ClientRound) => number,
): number {
  const roundsOf = (kind: ClientKind): readonly ClientRound[] =>
    rows.find(({ client }) => client === kind)?.rounds ?? [];
  const others = roundsOf(theirs);
  return median(
    roundsOf(ours).flatMap((round, index) => {
      const other = others[index];
      return other === undefined ? [] : [pick(round) / pick(other)];
    }),
  );
}
