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
  const { giveUpMs } = order;
  const histogram = createHistogram();
  const interval = 1000 / order.rate;
  const started = performance.now();
  const countFrom = started + rampMs;
  const end = countFrom + order.seconds * 1000;
  const streams = order.exchange.protocol === "grpc" ? maxStreams : 1;
  const usageBefore = process.cpuUsage();
  const counts = { inTime: 0, refused: 0, unsent: 0 };
  /** When the next call is due; one that no connection has room for stays the next. */
  let due = started;
  let turn = 0;
  let done = false;

  const connections = openConnections(order.exchange, order.connections, {
    answered(connection, at) {
      const now = performance.now();
      if (at >= countFrom) histogram.record(now - at);
      if (now >= countFrom && now < end) counts.inTime += 1;
      refill(connection, now);
    },
    ...(giveUpMs === undefined ? {} : { refused: countRefused }),
    failed: (reason) => stop(() => reject(reason)),
  });

  function countRefused(connection: LoadConnection): void {
    const now = performance.now();
    if (now >= countFrom && now < end) counts.refused += 1;
    refill(connection, now);
  }

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
      if (connection !== undefined && connection.open < Math.min(streams, connection.limit))
        return connection;
    }
    return undefined;
  }

  /** Passes over the calls that have waited for room too long. */
  function giveUp(now: number): void {
    if (giveUpMs === undefined) return;
    const latest = now >= end ? end : now - giveUpMs;
    for (; due < latest && due < end; due += interval) if (due >= countFrom) counts.unsent += 1;
  }

  function refill(connection: LoadConnection, now: number): void {
    giveUp(now);
    if (due > now || due >= end || connection.open >= connection.limit) return;
    connection.start(due);
    due += interval;
  }

  function sendDue(now: number): void {
    const used = new Set<LoadConnection>();
    giveUp(now);
    for (; due <= now && due < end; due += interval) {
      const connection = findRoom();
      if (connection === undefined) break;
      used.add(connection);
      connection.start(due);
    }
    for (const connection of used) connection.flush();
  }

  function tick(): void {
    if (done) return;
    const now = performance.now();
    sendDue(now);
    if (now > end + patienceMs) {
      stop(() => reject(new Error("answers are missing ten seconds after the last call")));
    } else if (due < end) {
      const soon = due - now;
      if (soon > timerMs) setTimeout(tick, soon - timerMs);
      else if (soon > 0) setImmediate(tick);
      else setTimeout(tick, 1);
    } else if (connections.every(({ open }) => open === 0)) {
      stop(() => resolve(report()));
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
      ...counts,
      serverCpu: 0,
      ownCpu: (user + system) / 1e6,
    };
  }

  tick();
  return promise;
}
