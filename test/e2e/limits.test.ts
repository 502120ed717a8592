import { gzipSync } from "node:zlib";
import { createClient } from "@presage/sdk/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";
import { protocols } from "../support/protocols.ts";

const limit = 20_000;

let server: BuiltServer;
beforeAll(async () => {
  server = await startBuiltServer({ maxRequestBytes: limit, maxResponseBytes: limit });
});
afterAll(() => server.close());

const iris = [5.1, 3.5, 1.4, 0.2];
const irises = (count: number) => Array.from({ length: count }, () => iris);

describe.each(protocols)("message limits over $name", ({ options }) => {
  const connect = () => createClient({ baseUrl: server.url, ...options });

  it("refuse a request that is too large, clearly, and the next call works", async () => {
    const client = connect();
    await expect(client.predict("iris", irises(5000))).rejects.toMatchObject({
      code: "resource_exhausted",
      reason: "MESSAGE_TOO_LARGE",
      message: expect.stringContaining("limits.maxRequestBytes"),
    });
    expect((await client.predict("iris", iris)).row).toMatchObject({ class: "setosa" });
  });

  it("refuse an answer that would be too large", async () => {
    const client = connect();
    await expect(
      client.predict("iris", irises(350), { retry: false } as object),
    ).rejects.toMatchObject({
      code: "resource_exhausted",
    });
    expect((await client.predict("iris", iris)).row).toMatchObject({ class: "setosa" });
  });
});

describe("compressed requests", () => {
  const post = (body: Uint8Array<ArrayBuffer>, encoding: string) =>
    fetch(`${server.url}/presage.v1.InferenceService/Predict`, {
      method: "POST",
      headers: { "content-type": "application/json", "content-encoding": encoding },
      body,
    });
  const compressed = (value: unknown) => new Uint8Array(gzipSync(JSON.stringify(value)));

  it("are taken", async () => {
    const response = await post(compressed({ model: "iris", rows: [iris] }), "gzip");
    expect(await response.json()).toMatchObject({ rows: [{ class: "setosa" }] });
  });

  it("are held to the limit by what they unpack to", async () => {
    const response = await post(compressed({ model: "iris", rows: irises(100_000) }), "gzip");
    expect([response.status, await response.json()]).toEqual([
      429,
      expect.objectContaining({ code: "resource_exhausted" }),
    ]);
  });

  it("are refused where they cannot be unpacked, or name a way that is not known", async () => {
    const broken = await post(new TextEncoder().encode("not gzip"), "gzip");
    expect(await broken.json()).toMatchObject({ code: "invalid_argument" });
    const unknown = await post(compressed({ model: "iris", rows: [iris] }), "zstd");
    expect(await unknown.json()).toMatchObject({ code: "unimplemented" });
  });
});
