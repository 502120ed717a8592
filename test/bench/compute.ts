import { startPresage } from "./contenders.ts";
import type { LoadGenerator } from "./load/start.ts";
import { writeMlp } from "./mlp.ts";
import type { Plan } from "./options.ts";
import { runOnServerCore } from "./process.ts";
import { expectLength, floatsExchange } from "./requests.ts";

/** The compute-bound model in one round: Presage beside ONNX Runtime alone, on the same core. */
export interface ComputeRound {
  /** Predictions a second, with 32 calls under way. */
  readonly rate: number;
  /** The server's CPU time for each of them, in microseconds. */
  readonly cpuMicros: number;
  /** Rows a second of ONNX Runtime in a loop. */
  readonly rawRate: number;
  /** Its CPU time for each row, in microseconds. */
  readonly rawCpuMicros: number;
  /** The batch size with which that was the most. */
  readonly rawRows: number;
}

const concurrency = { connections: 8, streams: 4 };

/** Measures the compute-bound model in interleaved rounds. */
export async function measureCompute(
  load: LoadGenerator,
  plan: Plan,
): Promise<readonly ComputeRound[]> {
  const mlp = writeMlp();
  try {
    const { port, pid, stop } = await startPresage(mlp.directory);
    const asked = floatsExchange(port, mlp);
    const exchange = expectLength(asked, (await load.call(asked)).length);
    const order = { kind: "closed", exchange, ...concurrency, pid } as const;
    await load.load({ ...order, ...plan.warmUp });
    const rounds: ComputeRound[] = [];
    for (let round = 0; round < plan.rounds; round += 1) {
      const { calls, seconds, serverCpu } =
        // oxlint-disable-next-line no-await-in-loop -- one at a time is the point
        await load.load({ ...order, seconds: plan.throughput });
      const loop = [mlp.file, mlp.input, String(mlp.width), String(plan.batchSize)];
      // oxlint-disable-next-line no-await-in-loop
      const line = await runOnServerCore("onnx-loop.ts", loop);
      const raw = JSON.parse(line) as Record<"rate" | "rows" | "cpuMicros", number>;
      rounds.push({
        rate: calls / seconds,
        cpuMicros: (serverCpu / calls) * 1e6,
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
