// The load generator's process: takes orders from its parent, one at a time.

import { runClosed } from "./closed.ts";
import type { Exchange } from "./connection.ts";
import { runLarge } from "./large.ts";
import { runOpen } from "./open.ts";
import { openConnections } from "./open-connections.ts";
import type { LoadOrder, LoadReply } from "./orders.ts";

function call(exchange: Exchange): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const [connection] = openConnections(exchange, 1, {
      answered(answering, _at, message) {
        answering.close();
        resolve(Buffer.from(message));
      },
      failed: reject,
    });
    connection?.start(performance.now());
    connection?.flush();
  });
}

async function carryOut(order: LoadOrder): Promise<LoadReply> {
  try {
    switch (order.kind) {
      case "call":
        return { kind: "answer", message: await call(order.exchange) };
      case "closed":
        return { kind: "load", report: await runClosed(order) };
      case "open":
        return { kind: "load", report: await runOpen(order) };
      case "large":
        return { kind: "load", report: await runLarge(order) };
    }
  } catch (error) {
    return { kind: "failure", reason: error instanceof Error ? error.message : String(error) };
  }
}

process.on("message", (order: LoadOrder) => {
  void carryOut(order).then((reply) => process.send?.(reply));
});
process.once("disconnect", () => process.exit());
