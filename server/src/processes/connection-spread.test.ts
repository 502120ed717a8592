import { once } from "node:events";
import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { type ConnectionSpread, createConnectionSpread, type Taker } from "./connection-spread.ts";

interface Bench {
  readonly spread: ConnectionSpread;
  /** Adds a taker that has connections already. */
  readonly add: (name: string, connections?: number) => Taker;
  /** Who was given a connection, in order. */
  readonly given: readonly string[];
  /** Gives so many connections, and answers with them. */
  readonly give: (count: number) => readonly Socket[];
}

function createBench(): Bench {
  const spread = createConnectionSpread();
  const given: string[] = [];
  return {
    spread,
    given,
    add(name, connections = 0) {
      let had = connections;
      const taker = {
        get connections() {
          return had;
        },
        give() {
          had += 1;
          given.push(name);
        },
      };
      spread.add(taker);
      return taker;
    },
    give(count) {
      const connections = Array.from({ length: count }, () => new Socket());
      for (const connection of connections) spread.give(connection);
      return connections;
    },
  };
}

describe("createConnectionSpread()", () => {
  const cases: [string, Readonly<Record<string, number>>, string][] = [
    ["everything to the only taker", { a: 3 }, "aaa"],
    ["in turn among equals", { a: 0, b: 0, c: 0 }, "abcabcab"],
    ["to the one with the fewest", { a: 3, b: 1 }, "bbabab"],
    ["to a newcomer until it has as many", { a: 2, b: 2, c: 0 }, "ccabc"],
  ];
  it.each(cases)("gives %s", (_, had, order) => {
    const { add, give, given } = createBench();
    for (const [name, connections] of Object.entries(had)) add(name, connections);
    give(order.length);
    expect(given.join("")).toBe(order);
  });

  it("gives nothing to one that was removed", () => {
    const { spread, add, give, given } = createBench();
    spread.remove(add("a"));
    add("b", 9);
    give(2);
    expect(given).toEqual(["b", "b"]);
  });

  it("lets connections wait for a taker, except for those that were closed meanwhile", async () => {
    const { add, give, given } = createBench();
    const [first, ...others] = give(3);
    if (first !== undefined) await once(first.destroy(), "close");
    add("a");
    expect(given).toEqual(["a", "a"]);
    expect(others.map(({ destroyed }) => destroyed)).toEqual([false, false]);
  });

  it("closes what comes while a thousand wait", () => {
    const { give } = createBench();
    expect(give(1001).findIndex(({ destroyed }) => destroyed)).toBe(1000);
  });

  it("closes what waits and what comes once it is closed", () => {
    const { spread, add, give, given } = createBench();
    const [waiting] = give(1);
    spread.close();
    add("a");
    const [late] = give(1);
    expect([waiting?.destroyed, late?.destroyed]).toEqual([true, true]);
    expect(given).toEqual([]);
  });
});
