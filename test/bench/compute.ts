import { startPresage } from "./contenders.ts";
import type { ClosedOrder } from "./load/orders.ts";
import type { LoadGenerator } from "./load/start.ts";
import { writeMlp } from "./mlp.ts";
import type { Plan } from "./options.ts";
import { runOnServerCore } from "./process.ts";
import { expectLength, floatsExchange } from "./requests.ts";

/** The compute-bound model in one round: Presage beside ONNX Runtime alone, on the same core. */
export interface ComputeRound {
  /** Calls a second, of one row each, with 32 under way. */
  readonly rate: number;
  /** The server's CPU time for each of them, in microseconds. */
  readonly cpuMicros: number;
  /** Rows a second, with 32 calls of 32 rows each under way. */
  readonly wideRate: number;
  /** The server's CPU time for each row of these, in microseconds. */
  readonly wideCpuMicros: number;
  /** Rows a second of ONNX Runtime in a loop. */
  readonly rawRate: number;
  /** Its CPU time for each row, in microseconds. */
  readonly rawCpuMicros: number;
  /** The batch size with which that was the most. */
  readonly rawRows: number;
}

const concurrency = { connections: 8, streams: 4 };
const wideRows = 32;

/** Measures the compute-bound model in interleaved rounds. */
export async function measureCompute(
  load: LoadGenerator,
  plan: Plan,
): Promise<readonly ComputeRound[]> {
  const mlp = writeMlp();
  try {
    const { port, pid, stop } = await startPresage(mlp.directory);
    const orderOf = async (rows: number): Promise<ClosedOrder> => {
      const asked = floatsExchange(port, { ...mlp, rows });
      const exchange = expectLength(asked, (await load.call(asked)).length);
      return { kind: "closed", exchange, ...concurrency, seconds: plan.throughput, pid };
    };
    const [order, wideOrder] = [await orderOf(1), await orderOf(wideRows)];
    await load.load({ ...order, ...plan.warmUp });
    await load.load({ ...wideOrder, seconds: plan.warmUp.seconds });
    const rounds: ComputeRound[] = [];
    for (let round = 0; round < plan.rounds; round += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one at a time is the point
      const { calls, seconds, serverCpu } = await load.load(order);
      // oxlint-disable-next-line no-await-in-loop
      const wide = await load.load(wideOrder);
      const loop = [mlp.file, mlp.input, String(mlp.width), String(plan.batchSize)];
      // oxlint-disable-next-line no-await-in-loop
      const line = await runOnServerCore("onnx-loop.ts", loop);
      const raw = JSON.parse(line) as Record<"rate" | "rows" | "cpuMicros", number>;
      rounds.push({
        rate: calls / seconds,
        cpuMicros: (serverCpu / calls) * 1e6,
        wideRate: (wide.calls * wideRows) / wide.seconds,
        wideCpuMicros: (wide.serverCpu / (wide.calls * wideRows)) * 1e6,
        rawRate: raw.rate,
        rawCpuMicros: raw.cpuMicros,
        rawRows: raw.rows,
      });
    }
    await stop();
    return rounds;
  } finally {
    mlp.remove();
  }
}
