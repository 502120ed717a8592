import { setImmediate as turn } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { modelState } from "../../../test/support/model-state.ts";
import {
  built,
  endGroups,
  loaded,
  serveGroup,
  serving,
  startGroup,
} from "../../../test/support/process-group-bench.ts";
import { measured } from "../../../test/support/snapshots.ts";

afterEach(endGroups);

describe("createProcessGroup()", () => {
  it("tells where it listens at once", async () => {
    const { address, processes } = await startGroup();
    expect(address).toEqual({ host: "127.0.0.1", port: expect.any(Number), secure: false });
    expect(processes.started).toHaveLength(2);
  });

  it("is ready once every process has loaded, and not before", async () => {
    const { group, process, orders } = await startGroup();
    process(0).report(built, loaded);
    process(1).report(built);
    const load = group.load();
    await turn();
    expect([orders(0), orders(1)]).toEqual([["start"], ["start"]]);
    process(1).report(loaded);
    await turn();
    expect([orders(0), orders(1)]).toEqual([
      ["start", "serve"],
      ["start", "serve"],
    ]);
    for (const index of [0, 1]) process(index).report(serving);
    expect(await load).toEqual([]);
  });

  it("does not start where a process says that it cannot, in its words", async () => {
    const { group, process } = await startGroup();
    process(0).report(built, { kind: "failed", message: "no such directory" });
    process(0).report({ kind: "closed", cut: 0 });
    process(0).end("code 0");
    await expect(group.load()).rejects.toThrow(/^no such directory$/);
  });

  it("does not start where a process dies while others load, even one that has loaded", async () => {
    const { group, process, processes } = await startGroup();
    process(0).report(built, loaded);
    process(1).report(built);
    const load = group.load();
    process(0).end("signal SIGABRT");
    await expect(load).rejects.toThrow(/^process 100 died: signal SIGABRT$/);
    expect(processes.started).toHaveLength(2);
  });

  it("replaces a process that dies by one that is told to serve when it has loaded", async () => {
    const { process, orders, lines } = await serveGroup();
    process(0).end("signal SIGKILL");
    await turn();
    expect(orders(2)).toEqual(["start"]);
    process(2).report(built, loaded);
    await turn();
    expect([orders(1), orders(2)]).toEqual([
      ["start", "serve"],
      ["start", "serve"],
    ]);
    process(2).report(serving);
    await turn();
    expect(lines).toEqual([
      "process 100 died: signal SIGKILL; another one starts now",
      "process 102 serves",
    ]);
  });

  it("waits longer where the replacements die too, until one has served for a minute", async () => {
    const { process, processes, timer, lines, pass } = await serveGroup();
    process(0).end("code 1");
    await turn();
    process(2).report(built, { kind: "failed", message: "the directory is gone" });
    process(2).end("code 0");
    await turn();
    expect([processes.started.length, timer.pending()]).toEqual([3, [1000]]);
    timer.fireNext();
    await turn();
    process(3).report(built, loaded, serving);
    await turn();
    pass(59_999);
    process(3).end("code 1");
    await turn();
    expect(timer.pending()).toEqual([2000]);
    timer.fireNext();
    await turn();
    process(4).report(built, loaded, serving);
    await turn();
    pass(60_000);
    process(4).end("code 1");
    await turn();
    expect([processes.started.length, timer.pending()]).toEqual([6, []]);
    expect(lines).toEqual([
      "process 100 died: code 1; another one starts now",
      "process 102 failed: the directory is gone; another one starts in 1 s",
      "process 103 serves",
      "process 103 died: code 1; another one starts in 2 s",
      "process 104 serves",
      "process 104 died: code 1; another one starts now",
    ]);
  });

  it("tells every process the log's new level, and those that start later", async () => {
    const { process, setLevel, processes } = await serveGroup();
    setLevel("debug");
    for (const index of [0, 1])
      expect(process(index).orders.at(-1)).toEqual({ kind: "log", level: "debug" });
    process(0).end("code 1");
    await turn();
    const level = processes.started.map(({ orders: [start] }) =>
      start?.kind === "start" ? start.options.log.level : undefined,
    );
    expect(level).toEqual(["info", "info", "debug"]);
  });

  it("tells what a replacement has otherwise than the whole", async () => {
    const { process, lines } = await serveGroup();
    process(0).end("code 1");
    await turn();
    const iris = modelState("iris", "", { 2: "ready" });
    process(2).report(built, { kind: "loaded", models: [iris] }, serving);
    await turn();
    expect(lines.slice(1)).toEqual([
      "process 102 serves",
      "process 102 has iris 2 READY, not absent",
    ]);
  });

  it("ends every process, and sums what they cut", async () => {
    const { group, process, processes, orders } = await serveGroup();
    const closed = group.close();
    expect([orders(0), orders(1)]).toEqual([
      ["start", "serve", "close"],
      ["start", "serve", "close"],
    ]);
    for (const [index, cut] of [2, 3].entries()) process(index).report({ kind: "closed", cut });
    for (const index of [0, 1]) process(index).end("code 0");
    expect(await closed).toEqual({ cut: 5 });
    expect(processes.started).toHaveLength(2);
  });

  it("tells of a process that dies while it ends, and does not replace it", async () => {
    const { group, process, processes } = await serveGroup();
    const closed = group.close();
    process(0).end("signal SIGKILL");
    process(1).report({ kind: "closed", cut: 0 });
    process(1).end("code 0");
    await expect(closed).rejects.toThrow(/^process 100 died: signal SIGKILL$/);
    expect(processes.started).toHaveLength(2);
  });

  it("replaces nobody any more once it ends", async () => {
    const { group, process, processes, timer } = await serveGroup();
    process(0).end("code 1");
    await turn();
    process(2).end("code 1");
    await turn();
    const closed = group.close();
    expect(timer.pending()).toEqual([]);
    process(1).report({ kind: "closed", cut: 0 });
    process(1).end("code 0");
    expect(await closed).toEqual({ cut: 0 });
    expect(processes.started).toHaveLength(3);
  });

  it("ends a replacement that has not loaded yet", async () => {
    const { group, process, orders } = await serveGroup();
    process(0).end("code 1");
    await turn();
    const closed = group.close();
    expect(orders(2)).toEqual(["start", "close"]);
    for (const index of [1, 2]) {
      process(index).report({ kind: "closed", cut: 0 });
      process(index).end("code 0");
    }
    expect(await closed).toEqual({ cut: 0 });
  });
});

describe("the metrics of createProcessGroup()", () => {
  it("tells a process that asks what all measure together", async () => {
    const { process } = await serveGroup();
    process(1).report({ kind: "ask", id: 1 });
    process(0).report({ kind: "collected", id: 1, metrics: measured(3, 1) });
    process(1).report({ kind: "collected", id: 1, metrics: measured(4, 1) });
    await turn();
    expect(process(1).orders.at(-1)).toEqual({ kind: "whole", id: 1, metrics: measured(7, 2) });
    expect(process(0).orders.at(-1)).toEqual({ kind: "collect", id: 1 });
  });

  it("keeps the totals of a process that died", async () => {
    const { process } = await serveGroup();
    process(1).report({ kind: "ask", id: 1 });
    for (const index of [0, 1])
      process(index).report({ kind: "collected", id: 1, metrics: measured(3, 1) });
    await turn();
    process(0).end("signal SIGKILL");
    await turn();
    process(1).report({ kind: "ask", id: 2 });
    process(1).report({ kind: "collected", id: 2, metrics: measured(4, 1) });
    await turn();
    expect(process(1).orders.at(-1)).toEqual({ kind: "whole", id: 2, metrics: measured(7, 1) });
  });
});
