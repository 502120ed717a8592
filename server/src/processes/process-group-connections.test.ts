import { once } from "node:events";
import net from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import {
  built,
  endGroups,
  loaded,
  serveGroup,
  serving,
  startGroup,
} from "../../../test/support/process-group-bench.ts";

afterEach(endGroups);

describe("the connections of createProcessGroup()", () => {
  it("gives connections to processes that have built a server, those that waited as well", async () => {
    const { address, process, connect } = await startGroup();
    const early = net.connect(address.port, address.host);
    await once(early, "connect");
    process(1).report(built);
    await connect(1, 2);
    process(0).report(built);
    await connect(0, 1);
    expect(process(1).connections).toHaveLength(2);
  });

  it("gives a connection that a process never took to another one", async () => {
    const { process, connect } = await serveGroup();
    await connect(0, 1);
    const [connection] = process(0).connections;
    process(0).end("signal SIGKILL");
    await turn();
    expect(process(1).connections).toEqual([connection]);
    expect(connection?.destroyed).toBe(false);
  });

  it("closes a connection that no process has within 10 s", async () => {
    const { process, timer, connect } = await serveGroup();
    const [slow, quick] = [await connect(0, 1), await connect(1, 1)];
    process(1).report({ kind: "taken", id: 1 });
    const [taken] = process(1).connections;
    if (taken !== undefined) await once(taken, "close");
    expect(timer.pending()).toEqual([10_000]);
    timer.fireNext();
    await once(slow.resume(), "close");
    quick.destroy();
    process(0).end("signal SIGKILL");
    await turn();
    expect(process(1).connections).toHaveLength(1);
  });

  it("keeps connections while every process is dead, for the replacement that serves first", async () => {
    const { process, connect } = await serveGroup();
    await connect(0, 1);
    for (const index of [0, 1]) process(index).end("signal SIGKILL");
    await turn();
    process(3).report(built, loaded);
    await turn();
    expect(process(3).connections).toHaveLength(0);
    process(3).report(serving);
    await turn();
    expect(process(3).connections).toEqual(process(0).connections);
  });

  it("closes the port, and the connections that a process never took, when it ends", async () => {
    const { group, process, address, connect } = await serveGroup();
    const client = await connect(0, 1);
    const closed = group.close();
    const refused = net.connect(address.port, address.host);
    await expect(once(refused, "connect")).rejects.toThrow("ECONNREFUSED");
    for (const index of [0, 1]) {
      process(index).report({ kind: "closed", cut: 0 });
      process(index).end("code 0");
    }
    await once(client.resume(), "close");
    expect(await closed).toEqual({ cut: 0 });
  });
});
