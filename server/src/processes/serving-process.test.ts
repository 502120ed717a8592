import { once } from "node:events";
import { Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { testOptions } from "../../../test/support/build-server.ts";
import { measured } from "../../../test/support/snapshots.ts";
import type { LogLevel } from "../core/log.ts";
import type { LocalServer } from "../main.ts";
import type { Snapshot } from "../telemetry/snapshot.ts";
import type { ProcessOrder, ProcessReport } from "./messages.ts";
import { runServingProcess } from "./serving-process.ts";

interface Bench {
  /** What was reported, and what the server was told to do, in order. */
  readonly events: readonly string[];
  readonly reports: readonly ProcessReport[];
  /** Asks, as the server does, what all processes measure. */
  readonly collectWhole: () => Promise<Snapshot>;
  readonly done: Promise<void>;
  /** The levels of the log that it was told. */
  readonly levels: readonly LogLevel[];
  readonly order: (order: ProcessOrder, connection?: Socket) => Promise<void>;
}

/** A process whose server does nothing, or fails at one of its steps. */
function startProcess(failing?: "load"): Bench {
  const events: string[] = [];
  const levels: LogLevel[] = [];
  const step = (name: string): void => {
    events.push(name);
    if (name === failing) throw new Error(`${name} failed`);
  };
  const server: LocalServer = {
    async listen() {
      return { host: "::", port: 1, secure: false };
    },
    adopt: () => step("adopt"),
    async load(together) {
      step("load");
      await together?.([]);
      step("ready");
      return [];
    },
    async close() {
      step("close");
      return { cut: 2 };
    },
    collect: () => measured(3, 1),
  };
  let take: (order: ProcessOrder, connection?: Socket) => void = () => {};
  const reports: ProcessReport[] = [];
  const report = (said: ProcessReport): void => {
    reports.push(said);
    const { kind, ...what } = said;
    events.push([`report ${kind}`, ...Object.values(what).map(String)].join(" "));
  };
  let ask: () => Promise<Snapshot> = () => Promise.reject(new Error("there is no server yet"));
  const port = {
    listen: (taken: typeof take) => {
      take = taken;
    },
    report,
    leave: report,
  };
  return {
    events,
    reports,
    levels,
    collectWhole: () => ask(),
    done: runServingProcess(
      port,
      (_, collectWhole) => {
        ask = collectWhole;
        return Promise.resolve(server);
      },
      (level) => levels.push(level),
    ),
    async order(order, connection) {
      take(order, connection);
      await turn();
    },
  };
}

const start: ProcessOrder = { kind: "start", options: testOptions() };

describe("runServingProcess()", () => {
  it("passes the log's level on", async () => {
    const { levels, order } = startProcess();
    await order(start);
    await order({ kind: "log", level: "debug" });
    expect(levels).toEqual(["debug"]);
  });

  it("builds a server, loads, and is ready when it is told so", async () => {
    const { events, order, done } = startProcess();
    await order(start);
    expect(events).toEqual(["report built", "load", "report loaded "]);
    await order({ kind: "serve" });
    expect(events.slice(3)).toEqual(["ready", "report serving"]);
    await order({ kind: "close" });
    await done;
    expect(events.slice(5)).toEqual(["close", "report closed 2"]);
  });

  it("tells that it has a connection before anything of it is read, and when it has closed", async () => {
    const { events, order, done } = startProcess();
    await order(start);
    const connection = new Socket();
    await order({ kind: "connection", id: 7 }, connection);
    expect(events.slice(3)).toEqual(["report taken 7", "adopt"]);
    connection.destroy();
    await once(connection, "close");
    expect(events.slice(5)).toEqual(["report released"]);
    await order({ kind: "close" });
    await done;
  });

  it("says nothing of a connection that did not come with its order", async () => {
    const { events, order, done } = startProcess();
    await order(start);
    await order({ kind: "connection", id: 7 });
    expect(events.slice(3)).toEqual([]);
    await order({ kind: "close" });
    await done;
  });

  it("ends where the group does before every process has loaded", async () => {
    const { events, order, done } = startProcess();
    await order(start);
    await order({ kind: "close" });
    await done;
    expect(events.slice(-2)).toEqual(["close", "report closed 2"]);
  });

  it("tells what it measures, when it is asked", async () => {
    const { reports, order } = startProcess();
    await order({ kind: "collect", id: 1 });
    await order(start);
    await order({ kind: "collect", id: 2 });
    expect(reports.filter(({ kind }) => kind === "collected")).toEqual([
      { kind: "collected", id: 1, metrics: { numbers: [], histograms: [] } },
      { kind: "collected", id: 2, metrics: measured(3, 1) },
    ]);
  });

  it("asks what all processes measure, and knows which answer is whose", async () => {
    const { reports, order, collectWhole } = startProcess();
    await order(start);
    const [first, second] = [collectWhole(), collectWhole()];
    expect(reports.slice(-2)).toEqual([
      { kind: "ask", id: 1 },
      { kind: "ask", id: 2 },
    ]);
    await order({ kind: "whole", id: 2, metrics: measured(20, 2) });
    await order({ kind: "whole", id: 1, metrics: measured(10, 2) });
    expect([await first, await second]).toEqual([measured(10, 2), measured(20, 2)]);
  });

  it("tells that it cannot load, and ends", async () => {
    const { events, order, done } = startProcess("load");
    await order(start);
    await done;
    expect(events.slice(-3)).toEqual(["report failed load failed", "close", "report closed 2"]);
  });
});
