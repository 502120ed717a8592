import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createClient, PresageError, type RetryOptions } from "@presage/sdk/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type MlpModel, writeMlp } from "../bench/mlp.ts";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";

let mlp: MlpModel;
let server: BuiltServer;
beforeAll(async () => {
  mlp = writeMlp();
  // Each call is a run, and four of them may wait.
  const manifest = "engine: { executor: pool }\nbatching: { maxBatchSize: 1, maxWait: 0.001s }\n";
  writeFileSync(join(mlp.directory, mlp.model, "model.yaml"), manifest);
  server = await startBuiltServer({ models: mlp.directory });
});
afterAll(async () => {
  await server.close();
  mlp.remove();
});

/** Calls many times at once, and gives what came of each call. */
async function flood(calls: number, retry: RetryOptions | false): Promise<readonly unknown[]> {
  const client = createClient({ baseUrl: server.url, retry });
  const x = Array.from({ length: mlp.width }, (_, index) => Math.sin(index));
  return Promise.all(
    Array.from({ length: calls }, () =>
      client.predict(mlp.model, { x }).then(
        () => "answered",
        (error: unknown) => PresageError.from(error),
      ),
    ),
  );
}

describe("a flood of calls", () => {
  it("is answered in part and refused in part, and leaves nothing behind", async () => {
    // Until a run has been seen, nothing is known of how long calls wait.
    expect(await flood(1, false)).toEqual(["answered"]);
    const outcomes = await flood(200, false);
    const refused = outcomes.filter((outcome) => outcome instanceof PresageError);
    expect(new Set(refused.map(({ code, reason }) => `${code} ${reason}`))).toEqual(
      new Set(["resource_exhausted OVERLOADED"]),
    );
    expect(refused.filter(({ retryAfterMs }) => retryAfterMs === undefined)).toEqual([]);
    const answered = outcomes.filter((outcome) => outcome === "answered");
    expect(answered.length).toBeGreaterThanOrEqual(4);
    expect(answered.length + refused.length).toBe(200);
    for (let turn = 0; turn < 10; turn += 1) expect(await flood(1, false)).toEqual(["answered"]);
  });

  it("is answered in full to clients that call again when they are told to", async () => {
    expect(await flood(40, { maxAttempts: 1000 })).toEqual(Array(40).fill("answered"));
  });
});
