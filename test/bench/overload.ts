import { startPresage } from "./contenders.ts";
import { median } from "./latency.ts";
import type { Exchange } from "./load/connection.ts";
import type { LoadGenerator } from "./load/start.ts";
import { writeMlp } from "./mlp.ts";
import type { Plan } from "./options.ts";
import { readCpuSeconds, readMemoryMb } from "./proc.ts";
import type { ServerProgram } from "./process.ts";
import { expectLength, floatsExchange, predictExchange } from "./requests.ts";

/** How a server fared that was offered so many times what it can do. */
export interface OverloadRow {
  /** `mlp` is bound by its computation, `tiny` by the server's event loop. */
  readonly model: "mlp" | "tiny";
  /** What was offered, as a multiple of the rate that the server answers when callers wait for it. */
  readonly factor: number;
  /** Calls a second that were offered, and that were answered. */
  readonly offered: number;
  readonly goodput: number;
  /** The shares of those offered that were refused, and that found no room on any connection. */
  readonly refused: number;
  readonly unsent: number;
  /** Of the calls that were answered, in milliseconds, from the time at which each was due. */
  readonly p50: number;
  readonly p99: number;
  /** The server's CPU time for each call that was answered in time, in microseconds. */
  readonly cpuMicros: number;
  /** The most memory of the server while it lasted. */
  readonly memoryMb: number;
  /** How much of a core the load generator used: near 1, it offered less than it says. */
  readonly loadShare: number;
}

const factors = [1, 2, 5, 10] as const;
/** Many connections, so that calls wait in the server rather than for room on a connection. */
const connections = 64;
/** Callers that wait for room for so long, in milliseconds, give up. */
const giveUpMs = 100;
const sampleMs = 100;

/** Finds what each model's server can do, and offers it more. */
export async function measureOverload(
  load: LoadGenerator,
  plan: Plan,
  tell: (text: string) => void,
): Promise<readonly OverloadRow[]> {
  const mlp = writeMlp();
  try {
    const heavy = await startPresage(mlp.directory);
    tell("overload: the compute-bound model");
    const rows = await offer("mlp", {
      load,
      plan,
      program: heavy,
      asked: floatsExchange(heavy.port, mlp),
    });
    await heavy.stop();
    const tiny = await startPresage();
    tell("overload: the tiny model");
    const asked = predictExchange("grpc", tiny.port);
    const others = await offer("tiny", { load, plan, program: tiny, asked });
    await tiny.stop();
    return [...rows, ...others];
  } finally {
    mlp.remove();
  }
}

interface Offer {
  readonly load: LoadGenerator;
  readonly plan: Plan;
  readonly program: ServerProgram;
  readonly asked: Exchange;
}

async function offer(
  model: OverloadRow["model"],
  { load, plan, program, asked }: Offer,
): Promise<readonly OverloadRow[]> {
  const { pid } = program;
  const exchange = expectLength(asked, (await load.call(asked)).length);
  const closed = { kind: "closed", exchange, connections: 8, streams: 16, pid } as const;
  await load.load({ ...closed, ...plan.warmUp });
  const rates: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one at a time is the point
    const { calls, seconds } = await load.load({ ...closed, seconds: plan.throughput });
    rates.push(calls / seconds);
  }
  const open = { kind: "open", exchange, connections, giveUpMs } as const;
  // As warm for each factor: overload is another kind of work than calls that wait for each other.
  await load.load({ ...open, rate: median(rates) * 2, seconds: plan.warmUp.seconds });
  const rows: OverloadRow[] = [];
  for (const factor of factors) {
    const rate = median(rates) * factor;
    const memory = watchMemory(pid);
    // oxlint-disable-next-line no-await-in-loop
    const cpuBefore = readCpuSeconds(pid);
    const report = await load.load({ ...open, rate, seconds: plan.overload });
    const { seconds, inTime = 0, refused = 0, unsent = 0, p50, p99, ownCpu } = report;
    rows.push({
      model,
      factor,
      offered: rate,
      goodput: inTime / seconds,
      refused: refused / seconds / rate,
      unsent: unsent / seconds / rate,
      p50,
      p99,
      cpuMicros: ((readCpuSeconds(pid) - cpuBefore) / inTime) * 1e6,
      memoryMb: memory.stop(),
      loadShare: ownCpu / seconds,
    });
  }
  return rows;
}

function watchMemory(pid: number): { readonly stop: () => number } {
  let most = 0;
  const sample = (): void => {
    most = Math.max(most, readMemoryMb(pid));
  };
  const timer = setInterval(sample, sampleMs);
  return {
    stop() {
      clearInterval(timer);
      sample();
      return most;
    },
  };
}
