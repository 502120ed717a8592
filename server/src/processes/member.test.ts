import { once } from "node:events";
import { Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { testOptions } from "../../../test/support/build-server.ts";
import { createFakeProcesses, type FakeProcess } from "../../../test/support/fake-processes.ts";
import { measured } from "../../../test/support/snapshots.ts";
import { type Member, startMember } from "./member.ts";
import type { ProcessReport } from "./messages.ts";

/** A member, its process, and three connections that it was given. */
function startWithThree(): {
  readonly member: Member;
  readonly process: FakeProcess;
  readonly connections: readonly Socket[];
} {
  const processes = createFakeProcesses();
  const member = startMember(processes.start, testOptions(), () => Promise.resolve(measured(9, 2)));
  const [process] = processes.started;
  if (process === undefined) throw new Error("nothing was started");
  const connections = Array.from({ length: 3 }, () => new Socket());
  for (const connection of connections) member.give(connection);
  return { member, process, connections };
}

describe("startMember()", () => {
  it("sends connections in order, after the order to start", () => {
    const { process, connections } = startWithThree();
    expect(process.orders.slice(1)).toEqual([1, 2, 3].map((id) => ({ kind: "connection", id })));
    expect(process.orders[0]?.kind).toBe("start");
    expect(process.connections).toEqual(connections);
  });

  it("counts a connection from when it is given until it is released", () => {
    const { member, process } = startWithThree();
    const counts = [member.connections];
    const reports: readonly ProcessReport[] = [
      { kind: "taken", id: 1 },
      { kind: "released" },
      { kind: "taken", id: 2 },
    ];
    for (const report of reports) {
      process.report(report);
      counts.push(member.connections);
    }
    expect(counts).toEqual([3, 3, 2, 2]);
  });

  it("closes its own end of a connection that has arrived", () => {
    const { member, process, connections } = startWithThree();
    process.report({ kind: "taken", id: 1 });
    expect(connections.map(({ destroyed }) => destroyed)).toEqual([true, false, false]);
    expect(member.underWay).toEqual(connections.slice(1));
  });

  it("counts a connection no more that was closed on its way", async () => {
    const { member, connections } = startWithThree();
    const [, second] = connections;
    if (second !== undefined) await once(second.destroy(), "close");
    expect(member.connections).toBe(2);
    expect(member.underWay).toEqual([connections[0], connections[2]]);
  });

  it("asks what the process measures, and knows which answer is which", async () => {
    const { member, process } = startWithThree();
    const [first, second] = [member.collect(), member.collect()];
    expect(process.orders.slice(-2)).toEqual([
      { kind: "collect", id: 4 },
      { kind: "collect", id: 5 },
    ]);
    process.report({ kind: "collected", id: 5, metrics: measured(2, 1) });
    process.report({ kind: "collected", id: 4, metrics: measured(1, 1) });
    expect([await first, await second]).toEqual([measured(1, 1), measured(2, 1)]);
  });

  it("tells the process what all measure, when it asks", async () => {
    const { process } = startWithThree();
    process.report({ kind: "ask", id: 7 });
    await turn();
    expect(process.orders.at(-1)).toEqual({ kind: "whole", id: 7, metrics: measured(9, 2) });
  });

  it("keeps what a process that died has not taken", async () => {
    const { member, process, connections } = startWithThree();
    process.report({ kind: "taken", id: 1 });
    process.end("signal SIGKILL");
    expect(await member.ended).toEqual({ kind: "died", cause: "signal SIGKILL" });
    expect(member.underWay).toEqual(connections.slice(1));
    expect(connections.map(({ destroyed }) => destroyed)).toEqual([true, false, false]);
  });
});
