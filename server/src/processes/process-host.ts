import { fork } from "node:child_process";
import type { Socket } from "node:net";
import type { ProcessOrder, ProcessReport } from "./messages.ts";

/** A serving process, seen from the first process. */
export interface HostedProcess {
  /** Its number in the system; undefined where it could not be started. */
  readonly pid: number | undefined;
  /**
   * Sends an order, and a connection with it, which stays open here too. Orders
   * arrive in this order; one that has ended takes none.
   */
  tell(order: ProcessOrder, connection?: Socket): void;
}

/** Is told what a serving process does. */
export interface ProcessListener {
  reported(report: ProcessReport): void;
  /** The process has ended, for this cause, e.g. `signal SIGKILL`, and reports nothing any more. */
  ended(cause: string): void;
}

/** Starts a serving process, and returns before it reports. */
export type StartProcess = (listener: ProcessListener) => HostedProcess;

/** Starts a serving process: this program, with a command of its own. */
export const hostProcess: StartProcess = (listener) => {
  const child = fork(process.argv[1] ?? "", ["serving-process"], { serialization: "advanced" });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `openProcessPort` sends
  child.on("message", (message) => listener.reported(message as ProcessReport));
  child.on("error", (error) => {
    if (child.pid === undefined) listener.ended(error.message);
  });
  // `exit` may come before what the process reported last.
  child.on("close", (code, signal) => listener.ended(signal ? `signal ${signal}` : `code ${code}`));
  return {
    pid: child.pid,
    // One that did not start, or has ended, cannot be told; that is told to the listener anyway.
    tell(order, connection) {
      if (child.pid !== undefined) child.send(order, connection, { keepOpen: true }, () => {});
    },
  };
};
