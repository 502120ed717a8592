import net from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import type { LogLevel } from "../../server/src/core/log.ts";
import type { Address, Server } from "../../server/src/main.ts";
import type { ProcessReport } from "../../server/src/processes/messages.ts";
import { createProcessGroup } from "../../server/src/processes/process-group.ts";
import { testOptions } from "./build-server.ts";
import { createFakeProcesses, type FakeProcess, type FakeProcesses } from "./fake-processes.ts";
import { createManualTimer, type ManualTimer } from "./manual-timer.ts";

/** What serving processes report on their way to serve. */
export const built: ProcessReport = { kind: "built" };
export const loaded: ProcessReport = { kind: "loaded", models: [] };
export const serving: ProcessReport = { kind: "serving" };

const started: GroupBench[] = [];
/** Ends every group that was started. */
export async function endGroups(): Promise<void> {
  for (const { group, processes } of started.splice(0)) {
    const closed = group.close();
    for (const process of processes.started) {
      process.report({ kind: "closed", cut: 0 });
      process.end("code 0");
    }
    await closed;
  }
}

/** A group of two processes that do what the test says. */
export interface GroupBench {
  readonly address: Address;
  readonly group: Server;
  readonly processes: FakeProcesses;
  readonly timer: ManualTimer;
  /** What the group has told. */
  readonly lines: readonly string[];
  /** Lets milliseconds pass. */
  readonly pass: (ms: number) => void;
  /** Changes the level of the log. */
  readonly setLevel: (level: LogLevel) => void;
  readonly process: (index: number) => FakeProcess;
  /** The kinds of the orders that a process was given. */
  readonly orders: (index: number) => readonly string[];
  /** Opens a connection, and waits until it was given to that process, as the last of so many. */
  readonly connect: (index: number, count: number) => Promise<net.Socket>;
}

/** A group of two processes whose port is open. */
export async function startGroup(): Promise<GroupBench> {
  const processes = createFakeProcesses();
  const timer = createManualTimer();
  const lines: string[] = [];
  let now = 0;
  let setLevel: (level: LogLevel) => void = () => {};
  const group = createProcessGroup({
    options: testOptions({ processes: 2 }),
    startProcess: processes.start,
    log: (_level, line) => lines.push(line),
    followLevel: (changed) => {
      setLevel = changed;
    },
    timer,
    now: () => now,
  });
  const process = (index: number): FakeProcess => {
    const found = processes.started[index];
    if (found === undefined) throw new Error(`no process ${index} was started`);
    return found;
  };
  const address = await group.listen();
  const bench: GroupBench = {
    address,
    group,
    processes,
    timer,
    lines,
    process,
    orders: (index) => process(index).orders.map(({ kind }) => kind),
    setLevel: (level) => setLevel(level),
    pass: (ms) => {
      now += ms;
    },
    async connect(index, count) {
      const client = net.connect(address.port, address.host);
      while (process(index).connections.length < count) await turn();
      return client;
    },
  };
  started.push(bench);
  return bench;
}

/** A group of two processes that serve. */
export async function serveGroup(): Promise<GroupBench> {
  const bench = await startGroup();
  for (const index of [0, 1]) bench.process(index).report(built, loaded, serving);
  await bench.group.load();
  return bench;
}
