import { readFileSync } from "node:fs";
import { type ClientOptions, createClient } from "@presage/sdk/node";
import { describe, expect, it } from "vitest";
import { startBuiltServer, testIdentity } from "../support/build-server.ts";
import { createModelDirectory, type ModelDirectory } from "../support/model-directory.ts";
import { tlsFiles } from "../support/start-server.ts";

/** A model that answers with its input, in one place where models run. */
function echoIn(executor: string): ModelDirectory {
  const models = createModelDirectory();
  models.copy("test/data/edge/echo-float", "echo");
  models.write("echo/model.yaml", `engine: { executor: ${executor}, workers: 2 }\n`);
  return models;
}

/** Lengths on both sides of where memory counts as large, and others that come back for less or more. */
const lengths = [900_000, 50_000, 1_100_000, 300_000, 700_000, 65_536];
const callers = 3;
/** Calls that have waited for their turn are to be answered too. */
const timeouts = { queueMs: 60_000 };

/** Calls with numbers that no other call has, and tells which came back otherwise. */
async function callInTurn(options: ClientOptions, caller: number): Promise<readonly string[]> {
  const client = createClient(options);
  const wrong: string[] = [];
  for (const [call, length] of lengths.entries()) {
    const data = new Float32Array(length).fill(caller * lengths.length + call);
    data[length - 1] = -1;
    // oxlint-disable-next-line no-await-in-loop -- one after the other, so that memory is used again
    const { tensors } = await client.predictTensors("echo", {
      x: { dataType: "FP32", shape: [1, length], data },
    });
    const answered = tensors["y"]?.data ?? [];
    if (answered.length !== length || !data.every((value, index) => value === answered[index]))
      wrong.push(`call ${call} of caller ${caller}`);
  }
  return wrong;
}

/** Calls that end before they are answered, each at another time. */
async function leaveEarly(options: ClientOptions): Promise<void> {
  const client = createClient(options);
  for (const timeoutMs of [1, 3, 10, 30]) {
    const data = new Float32Array(1_000_000).fill(-2);
    // oxlint-disable-next-line no-await-in-loop -- as above
    await client
      .predictTensors(
        "echo",
        { x: { dataType: "FP32", shape: [1, data.length], data } },
        {
          timeoutMs,
        },
      )
      .catch(() => {});
  }
}

describe.each(["inline", "pool", "process"])("large tensors with the executor %s", (executor) => {
  const ways: readonly (readonly [name: string, tls: boolean, options: Partial<ClientOptions>])[] =
    [
      ["gRPC", false, { protocol: "grpc" }],
      ["gRPC over TLS", true, { protocol: "grpc" }],
      ["gRPC-Web over HTTP/1.1", false, { protocol: "grpc-web", httpVersion: "1.1" }],
    ];
  it.each(ways)("are each caller's own over %s, whoever leaves", async (_, tls, options) => {
    using models = echoIn(executor);
    const server = await startBuiltServer({
      models: models.root,
      timeouts,
      ...(tls ? { tls: testIdentity() } : {}),
    });
    const ca = tls ? { ca: readFileSync(tlsFiles.cert, "utf8") } : {};
    const all = { baseUrl: server.url, ...ca, ...options };
    const [wrong] = await Promise.all([
      Promise.all(Array.from({ length: callers }, (_caller, index) => callInTurn(all, index))),
      leaveEarly(all),
    ]);
    expect(wrong.flat()).toEqual([]);
    await server.close();
  });
});
