import { fileURLToPath } from "node:url";
import { createClient, PresageError } from "@presage/sdk/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";

let server: BuiltServer;
beforeAll(async () => {
  const models = fileURLToPath(new URL("../data/edge", import.meta.url));
  server = await startBuiltServer({ models });
});
afterAll(() => server.close());

describe("concurrent calls", () => {
  it("are each answered from their own rows, and fail alone", async () => {
    const client = createClient({ baseUrl: server.url });
    const calls = Array.from({ length: 300 }, (_, index) => index % 7);
    const outcomes = await Promise.all(
      calls.map((x) =>
        client.predict("lookup", { x }).then(
          ({ row }) => Object.values(row)[0],
          (error: unknown) => PresageError.from(error).reason,
        ),
      ),
    );
    expect(outcomes).toEqual(calls.map((x) => (x < 4 ? (x + 1) * 10 : "MODEL_RUN_FAILED")));
  });

  it("of a model whose rows change each other's answers are never run together", async () => {
    const client = createClient({ baseUrl: server.url });
    const alone = await Promise.all(
      Array.from({ length: 50 }, (_, index) => client.predict("mixing", { x: index })),
    );
    // Each is its own mean.
    expect(alone.map(({ row }) => row)).toEqual(alone.map(() => ({ y: 0 })));
    const together = await client.predict("mixing", [{ x: 1 }, { x: 3 }]);
    expect(together.rows).toEqual([{ y: -1 }, { y: 1 }]);
  });

  it("of several models and shapes do not mix", async () => {
    const client = createClient({ baseUrl: server.url });
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const x = Array.from({ length: 1 + (index % 3) }, (__, place) => index * 10 + place);
        const model = index % 2 === 0 ? "echo-double" : "echo-int32";
        return [(await client.predict(model, { x })).row, { y: x }];
      }),
    );
    for (const [answer, expected] of outcomes) expect(answer).toEqual(expected);
  });
});
