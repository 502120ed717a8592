import { createHistogram } from "../latency.ts";
import type { LoadConnection } from "./connection.ts";
import { openConnections } from "./open-connections.ts";
import type { LoadReport, OpenOrder } from "./orders.ts";

/** The time in which connections open, before anything counts. */
const rampMs = 150;
/** Timers are this late; closer to the next call the loop spins. */
const timerMs = 1.5;
/** Within every server's limit of streams on one connection. */
const maxStreams = 100;
/** How long answers may take once the last call is made. */
const patienceMs = 10_000;

/** Carries out an open order. Rejects at the first call that fails. */
export function runOpen(order: OpenOrder): Promise<LoadReport> {
  const { promise, resolve, reject } = Promise.withResolvers<LoadReport>();
  const histogram = createHistogram();
  const interval = 1000 / order.rate;
  const started = performance.now();
  const countFrom = started + rampMs;
  const end = countFrom + order.seconds * 1000;
  const streams = order.exchange.protocol === "grpc" ? maxStreams : 1;
  const usageBefore = process.cpuUsage();
  /** The times at which calls were due that no connection had room for. */
  const waiting: number[] = [];
  let due = started;
  let turn = 0;
  let done = false;

  const connections = openConnections(order.exchange, order.connections, {
    answered(connection, at) {
      if (at >= countFrom) histogram.record(performance.now() - at);
      const next = waiting.shift();
      if (next !== undefined) connection.start(next);
    },
    failed: (reason) => stop(() => reject(reason)),
  });

  function stop(settle: () => void): void {
    if (done) return;
    done = true;
    for (const connection of connections) connection.close();
    settle();
  }

  function findRoom(): LoadConnection | undefined {
    for (let tried = 0; tried < connections.length; tried += 1) {
      const connection = connections[turn % connections.length];
      turn += 1;
      if (connection !== undefined && connection.open < streams) return connection;
    }
    return undefined;
  }

  function sendDue(now: number): void {
    const used = new Set<LoadConnection>();
    for (; due <= now && due < end; due += interval) {
      const connection = findRoom();
      if (connection === undefined) waiting.push(due);
      else used.add(connection);
      connection?.start(due);
    }
    for (const connection of used) connection.flush();
  }

  function tick(): void {
    if (done) return;
    const now = performance.now();
    sendDue(now);
    if (due < end) {
      if (due - now > timerMs) setTimeout(tick, due - now - timerMs);
      else setImmediate(tick);
    } else if (waiting.length === 0 && connections.every(({ open }) => open === 0)) {
      stop(() => resolve(report()));
    } else if (now > end + patienceMs) {
      stop(() => reject(new Error("answers are missing ten seconds after the last call")));
    } else {
      setTimeout(tick, 1);
    }
  }

  function report(): LoadReport {
    const { user, system } = process.cpuUsage(usageBefore);
    return {
      calls: histogram.count,
      seconds: order.seconds,
      p50: histogram.quantile(0.5),
      p99: histogram.quantile(0.99),
      serverCpu: 0,
      ownCpu: (user + system) / 1e6,
    };
  }

  tick();
  return promise;
}
