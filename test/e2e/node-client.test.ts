import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StartedServer, startServer } from "../support/start-server.ts";
import { runTool } from "../support/tools.ts";

const program = fileURLToPath(new URL("../../examples/node-client/main.ts", import.meta.url));

// What no golden example pins to the last digit is cut to the digits that are sure.
const expected = `Models
  boston-housing: regression, 1 READY
  breast-cancer: binary, 1 READY, 2 READY
  iris: multiclass, 1 READY
  oncology: binary, 1 READY
  passengers: binary, 1 READY
One row, by name
  12.273424 thousand dollars, says version 1
Many rows, as lists
  setosa, 96.9 %
  versicolor, 84.1 %
  virginica, 87.9 %
A tensor
  label: INT64 [1] = 0
  probabilities: FP64 [1, 2] = 0.987512, 0.012487
A stream, which answers in any order
  flower 1: setosa
  flower 2: versicolor
  flower 3: virginica
Two mistakes
  invalid_argument, INVALID_INPUT
  rows[0].RM: expected a number, got "many"
  rows[0].LSTAT: missing
`;

describe("the Node client", () => {
  let server: StartedServer;

  beforeAll(async () => {
    server = await startServer();
  });

  afterAll(() => server.finish());

  const ways = [
    { what: "its argument", args: () => [server.url], environment: () => ({}) },
    {
      what: "PRESAGE_URL",
      args: () => [],
      environment: () => ({ PRESAGE_URL: server.url }),
    },
  ];
  it.each(ways)("asks the server that $what names", async ({ args, environment }) => {
    const run = await runTool(process.execPath, [program, ...args()], {
      environment: environment(),
    });
    expect(run.errors).toBe("");
    expect(run.text.replaceAll(/(\.\d{6})\d+/g, "$1")).toBe(expected);
    expect(run.code).toBe(0);
  });

  it("says that no server answers, and fails", async () => {
    const run = await runTool(process.execPath, [program, "http://127.0.0.1:1"]);
    expect(run.errors).toContain("unavailable");
    expect(run.code).toBe(1);
  });
});
