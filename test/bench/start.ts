import { setTimeout as sleep } from "node:timers/promises";
import { type AnswerLengths, startPresage } from "./contenders.ts";
import type { Protocol } from "./load/connection.ts";
import type { LoadGenerator } from "./load/start.ts";
import { readMemoryMb } from "./proc.ts";
import { checkPrediction, predictExchange } from "./requests.ts";

/** One start of Presage with the five example models. */
export interface StartFigures {
  /** From the start of the process to the first prediction, in milliseconds. */
  readonly firstAnswerMs: number;
  /** Memory once it has nothing to do. */
  readonly idleMemoryMb: number;
}

/** In which whatever a start leaves behind is settled. */
const settleMs = 1000;

/** Starts Presage from nothing, asks one prediction, and lets it idle. */
export async function measureStart(load: LoadGenerator): Promise<StartFigures> {
  const started = performance.now();
  const { port, pid, stop } = await startPresage();
  const answer = await load.call(predictExchange("grpc", port));
  const firstAnswerMs = performance.now() - started;
  checkPrediction("grpc", answer);
  await sleep(settleMs);
  const idleMemoryMb = readMemoryMb(pid);
  await stop();
  return { firstAnswerMs, idleMemoryMb };
}

/** How long Presage's answers are; also wakes the load generator up. */
export async function measureAnswers(load: LoadGenerator): Promise<AnswerLengths> {
  const { port, stop } = await startPresage();
  const lengthOf = async (protocol: Protocol): Promise<number> =>
    (await load.call(predictExchange(protocol, port))).length;
  const lengths = { grpc: await lengthOf("grpc"), json: await lengthOf("json") };
  await stop();
  return lengths;
}
