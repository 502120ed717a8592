import { Socket } from "node:net";
import type { ProcessOrder, ProcessReport } from "./messages.ts";

/** A serving process's side of the way to the first process. */
export interface ProcessPort {
  /** Calls back with each order from now on, and with the connection that came with it. */
  listen(take: (order: ProcessOrder, connection?: Socket) => void): void;
  /** Sends a report. */
  report(report: ProcessReport): void;
  /** Sends the last report, and leaves the first process. */
  leave(report: ProcessReport): void;
}

/** Opens the port of the serving process that this code runs in; undefined if it is none. */
export function openProcessPort(): ProcessPort | undefined {
  if (process.send === undefined) return undefined;
  const send = process.send.bind(process);
  // A terminal sends its signals to a whole group; this process does what the first one tells it.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR2"] as const)
    process.on(signal, () => {});
  return {
    listen(take) {
      process.on("message", (order: ProcessOrder, handle: unknown) =>
        take(order, handle instanceof Socket ? handle : undefined),
      );
      // The first process has ended, whatever ended it.
      process.once("disconnect", () => take({ kind: "close" }));
    },
    // Whoever cannot be told any more has ended, and this process ends with it.
    report: (report) => void send(report, undefined, undefined, () => {}),
    leave: (report) =>
      void send(report, undefined, undefined, () => {
        if (process.connected) process.disconnect();
      }),
  };
}
