import { once } from "node:events";
import { spawnNode } from "../process.ts";
import type { Exchange } from "./connection.ts";
import type { LoadOrder, LoadReply, LoadReport, ManyOrder } from "./orders.ts";

/** The load generator, in a process of its own. It carries out one order at a time. */
export interface LoadGenerator {
  /** Makes one call and gives the answer's message. */
  call(exchange: Exchange): Promise<Uint8Array>;
  /** Makes many calls. Rejects if one of them fails. */
  load(order: ManyOrder): Promise<LoadReport>;
  stop(): void;
}

/** An order that took so much longer than it was meant to has failed. */
const patienceMs = 60_000;

/** Starts the load generator on the core of its own. */
export function startLoadGenerator(): LoadGenerator {
  const child = spawnNode("load", "load/generator.ts", []);

  async function send(order: LoadOrder): Promise<LoadReply> {
    const seconds = "seconds" in order ? order.seconds : 0;
    const signal = AbortSignal.timeout(seconds * 1000 + patienceMs);
    const answered = once(child, "message", { signal });
    child.send(order);
    const [reply] = (await answered) as [LoadReply];
    if (reply.kind === "failure") throw new Error(`${describe(order)}: ${reply.reason}`);
    return reply;
  }

  return {
    async call(exchange) {
      const reply = await send({ kind: "call", exchange });
      if (reply.kind !== "answer") throw new Error(`a call was answered by a ${reply.kind}`);
      return reply.message;
    },
    async load(order) {
      const reply = await send(order);
      if (reply.kind !== "load") throw new Error(`an order was answered by a ${reply.kind}`);
      return reply.report;
    },
    stop: () => void child.kill("SIGKILL"),
  };
}

function describe({ kind, exchange }: LoadOrder): string {
  return `${kind} ${exchange.protocol} ${exchange.path} on port ${exchange.port}`;
}
