import { describe, expect, it } from "vitest";
import { type ClientRow, judgeClients } from "./clients.ts";

const row = (client: ClientRow["client"], figures: readonly (readonly [number, number])[]) => ({
  client,
  rounds: figures.map(([rate, clientMicros]) => ({
    rate,
    clientMicros,
    serverMicros: 20,
    clientShare: 1,
    serverShare: 1,
  })),
});

describe("judgeClients()", () => {
  it("compares each round with the same round, and takes the median", () => {
    const targets = judgeClients([
      row("sdk unary", [
        [100, 80],
        [200, 80],
        [100, 80],
      ]),
      row("sdk stream", [
        [300, 10],
        [200, 10],
        [400, 10],
      ]),
      row("grpc-js unary", [
        [100, 100],
        [100, 64],
        [100, 100],
      ]),
    ]);
    expect(targets).toMatchObject([
      { figure: 3, bound: "least", met: true },
      { figure: 4, bound: "least", met: true },
      { figure: 0.8, bound: "most", met: true },
    ]);
  });

  it("takes what was not measured for not met", () => {
    expect(judgeClients([]).map(({ met }) => met)).toEqual([false, false, false]);
  });
});
