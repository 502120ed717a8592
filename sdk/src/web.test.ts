import { readFileSync } from "node:fs";
import { createConnectRouter } from "@connectrpc/connect";
import { createFetchHandler } from "@connectrpc/connect/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { createFakeServer, type FakeServer } from "./testing/fake-server.ts";
import { listenFake } from "./testing/listening.ts";
import { takeSamples } from "./testing/samples.ts";
import { type ClientOptions, createClient, tensor } from "./web.ts";

const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

const baseUrl = "https://presage.example";

/** A fetch() that a server answers in memory. */
function serve(): { server: FakeServer; fetch: typeof globalThis.fetch } {
  const server = createFakeServer();
  const router = createConnectRouter();
  server.routes(router);
  const handlers = new Map(
    router.handlers.map((handler) => [handler.requestPath, createFetchHandler(handler)]),
  );
  return {
    server,
    async fetch(input, init) {
      const request = new Request(input, init);
      const handler = handlers.get(new URL(request.url).pathname);
      return handler === undefined ? new Response(null, { status: 404 }) : await handler(request);
    },
  };
}

const wires: [Omit<ClientOptions, "baseUrl">, string][] = [
  [{}, "application/proto"],
  [{ protocol: "connect", format: "json" }, "application/json"],
  [{ protocol: "grpc-web" }, "application/grpc-web+proto"],
];

describe("createClient()", () => {
  for (const [options, contentType] of wires) {
    it(`calls by ${contentType}`, async () => {
      const { server, fetch } = serve();
      const client = createClient({ baseUrl, fetch, ...options });
      const X = tensor("FP64", [1, 2], Float64Array.of(0.1, 2));
      expect((await client.predictTensors("echo", { X })).tensors).toEqual({ X });
      expect((await client.predict("echo", { x: 1 })).row).toEqual({ x: 1 });
      expect(server.contexts[0]?.requestHeader.get("content-type")).toBe(contentType);
    });
  }

  for (const [options, contentType] of wires) {
    it(`watches metrics by ${contentType}, cancels when the reader leaves, and tells of a lost connection`, async () => {
      const { server, disconnect, stop, ...listening } = await listenFake("1.1");
      stops.push(stop);
      const client = createClient({ ...listening, ...options });
      expect(await takeSamples(client.watchMetrics("echo"), 3)).toEqual([1, 2, 3]);
      await server.cancelled;
      const lost = client.watchMetrics("echo");
      await lost.next();
      disconnect();
      await expect(takeSamples(lost, Infinity)).rejects.toMatchObject({ code: "unavailable" });
    });
  }

  it("makes a fetch that reached no server unavailable", async () => {
    const cause = new TypeError("Failed to fetch");
    const client = createClient({ baseUrl, fetch: () => Promise.reject(cause), retry: false });
    await expect(client.models()).rejects.toMatchObject({
      code: "unavailable",
      message: "Failed to fetch",
    });
  });

  it("makes a connection that breaks amid an answer unavailable", async () => {
    const headers = { "content-type": "application/proto" };
    const fetch: typeof globalThis.fetch = async () => {
      const body = new ReadableStream({
        pull: (controller) => controller.error(new TypeError("network error")),
      });
      return new Response(body, { headers });
    };
    const client = createClient({ baseUrl, fetch, retry: false });
    await expect(client.models()).rejects.toMatchObject({
      code: "unavailable",
      message: "network error",
    });
  });

  it("rejects with canceled when its signal is aborted", async () => {
    const controller = new AbortController();
    const fetch: typeof globalThis.fetch = (_input, init) => {
      const { promise, reject } = Promise.withResolvers<Response>();
      init?.signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
      controller.abort();
      return promise;
    };
    const models = createClient({ baseUrl, fetch }).models({ signal: controller.signal });
    await expect(models).rejects.toMatchObject({ code: "canceled" });
  });

  it("rejects a stream with unimplemented", async () => {
    const { fetch } = serve();
    const results = createClient({ baseUrl, fetch }).predictStream("echo", [{ rows: { x: 1 } }]);
    await expect(results.next()).rejects.toMatchObject({ code: "unimplemented" });
  });

  it("refuses a protocol that browsers cannot speak", () => {
    const options = { baseUrl, protocol: "grpc" } as unknown as ClientOptions;
    expect(() => createClient(options)).toThrow(
      `protocol: expected connect or grpc-web, got "grpc"`,
    );
  });
});

/** Returns every module that a file of this folder imports, through all of its files. */
function importsOf(file: string, seen: Set<string> = new Set()): Set<string> {
  const source = readFileSync(new URL(file, import.meta.url), "utf8");
  for (const [, name = ""] of source.matchAll(/from "([^"]+)"/g)) {
    if (seen.has(name)) continue;
    seen.add(name);
    if (name.startsWith("./")) importsOf(name, seen);
  }
  return seen;
}

describe("web.ts", () => {
  it("imports nothing that browsers do not have", () => {
    const imports = [...importsOf("./web.ts")];
    expect(imports).toContain("./calls.ts");
    expect(
      imports.filter((name) => name.startsWith("node:") || name.endsWith("connect-node")),
    ).toEqual([]);
  });
});
