import type { Socket } from "node:net";
import type { ProcessOrder, ProcessReport } from "../../server/src/processes/messages.ts";
import type { ProcessListener, StartProcess } from "../../server/src/processes/process-host.ts";

/** A serving process that does what the test says. */
export interface FakeProcess {
  /** The orders that it was given. */
  readonly orders: readonly ProcessOrder[];
  /** The connections that came with them. */
  readonly connections: readonly Socket[];
  report(...reports: readonly ProcessReport[]): void;
  end(cause: string): void;
}

/** Starts serving processes that do what the test says. */
export interface FakeProcesses {
  readonly start: StartProcess;
  /** Those that were started, in order; the first has the number 100. */
  readonly started: readonly FakeProcess[];
}

/** Makes processes that are none. */
export function createFakeProcesses(): FakeProcesses {
  const started: FakeProcess[] = [];
  const start = (listener: ProcessListener): ReturnType<StartProcess> => {
    const orders: ProcessOrder[] = [];
    const connections: Socket[] = [];
    const pid = 100 + started.length;
    started.push({
      orders,
      connections,
      report: (...reports) => reports.forEach((report) => listener.reported(report)),
      end: (cause) => listener.ended(cause),
    });
    return {
      pid,
      tell(order, connection) {
        orders.push(order);
        if (connection !== undefined) connections.push(connection);
      },
    };
  };
  return { start, started };
}
