import { once } from "node:events";
import { Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { testOptions } from "../../../test/support/build-server.ts";
import type { LocalServer } from "../main.ts";
import type { ProcessOrder } from "./messages.ts";
import { runServingProcess } from "./serving-process.ts";

interface Bench {
  /** What was reported, and what the server was told to do, in order. */
  readonly events: readonly string[];
  readonly done: Promise<void>;
  readonly order: (order: ProcessOrder, connection?: Socket) => Promise<void>;
}

/** A process whose server does nothing, or fails at one of its steps. */
function startProcess(failing?: "load"): Bench {
  const events: string[] = [];
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
  };
  let take: (order: ProcessOrder, connection?: Socket) => void = () => {};
  const report = ({ kind, ...what }: { readonly kind: string }): void =>
    void events.push([`report ${kind}`, ...Object.values(what).map(String)].join(" "));
  const port = {
    listen: (taken: typeof take) => {
      take = taken;
    },
    report,
    leave: report,
  };
  return {
    events,
    done: runServingProcess(port, () => Promise.resolve(server)),
    async order(order, connection) {
      take(order, connection);
      await turn();
    },
  };
}

const start: ProcessOrder = { kind: "start", options: testOptions() };

describe("runServingProcess()", () => {
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

  it("tells that it cannot load, and ends", async () => {
    const { events, order, done } = startProcess("load");
    await order(start);
    await done;
    expect(events.slice(-3)).toEqual(["report failed load failed", "close", "report closed 2"]);
  });
});
