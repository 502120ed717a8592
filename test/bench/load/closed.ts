import { createHistogram } from "../latency.ts";
import { readCpuSeconds } from "../proc.ts";
import type { LoadConnection } from "./connection.ts";
import { openConnections } from "./open-connections.ts";
import type { ClosedOrder, LoadReport } from "./orders.ts";

/** The time in which connections open and buffers fill, before anything counts. */
const rampMs = 150;

/** Carries out a closed order. Rejects at the first call that fails. */
export function runClosed(order: ClosedOrder): Promise<LoadReport> {
  const { promise, resolve, reject } = Promise.withResolvers<LoadReport>();
  const histogram = createHistogram();
  const started = performance.now();
  let counting:
    | { readonly since: number; readonly server: number; readonly own: number }
    | undefined;

  let report: LoadReport | undefined;
  /** How many of the order's bodies are used. */
  let used = 0;

  const connections = openConnections(order.exchange, order.connections, {
    answered(connection, at) {
      const now = performance.now();
      if (report === undefined) {
        if (counting !== undefined) histogram.record(now - at);
        else if (now - started >= rampMs) counting = readMeters(order.pid, now);
        if (isOver(now)) report = readReport(now);
        else if (isUsedUp()) fail(new Error("the bodies were used up before a call was counted"));
      }
      if (report === undefined) start(connection, now);
      else endWhenIdle(report);
    },
    failed: fail,
  });

  function fail(reason: Error): void {
    closeAll();
    reject(reason);
  }

  function start(connection: LoadConnection, now: number): void {
    if (isUsedUp()) return;
    connection.start(now, order.bodies?.[used]);
    used += 1;
  }

  function isUsedUp(): boolean {
    return order.bodies !== undefined && used >= order.bodies.length;
  }

  function isOver(now: number): boolean {
    if (counting === undefined || histogram.count === 0) return false;
    const isDone =
      now - counting.since >= order.seconds * 1000 && histogram.count >= (order.calls ?? 0);
    return isDone || isUsedUp();
  }

  function readReport(now: number): LoadReport | undefined {
    if (counting === undefined) return undefined;
    const end = readMeters(order.pid, now);
    return {
      calls: histogram.count,
      seconds: (end.since - counting.since) / 1000,
      p50: histogram.quantile(0.5),
      p99: histogram.quantile(0.99),
      serverCpu: end.server - counting.server,
      ownCpu: end.own - counting.own,
    };
  }

  /** Connections that were cut would leave the server with work that nobody measures. */
  function endWhenIdle(finished: LoadReport): void {
    if (connections.some(({ open }) => open > 0)) return;
    closeAll();
    resolve(finished);
  }

  function closeAll(): void {
    for (const connection of connections) connection.close();
  }

  for (const connection of connections) {
    for (let count = 0; count < order.streams; count += 1) start(connection, performance.now());
    connection.flush();
  }
  return promise;
}

function readMeters(pid: number, now: number): { since: number; server: number; own: number } {
  const { user, system } = process.cpuUsage();
  return { since: now, server: readCpuSeconds(pid), own: (user + system) / 1e6 };
}
