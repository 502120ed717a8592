import { afterEach, describe, expect, it } from "vitest";
import { type ClientOptions, createClient, tensor } from "./node.ts";
import { type Listening, listenFake } from "./testing/listening.ts";
import { listenFrames } from "./testing/raw-listener.ts";
import { takeSamples } from "./testing/samples.ts";

const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function listen(httpVersion: "1.1" | "2"): Promise<Listening> {
  const listening = await listenFake(httpVersion);
  stops.push(listening.stop);
  return listening;
}

const wires: [string, "1.1" | "2", Omit<ClientOptions, "baseUrl">, string][] = [
  ["grpc by default", "2", {}, "application/grpc+proto"],
  ["grpc in JSON", "2", { protocol: "grpc", format: "json" }, "application/grpc+json"],
  ["grpc-web over HTTP/1.1", "1.1", { protocol: "grpc-web" }, "application/grpc-web+proto"],
  [
    "grpc-web over HTTP/2",
    "2",
    { protocol: "grpc-web", httpVersion: "2" },
    "application/grpc-web+proto",
  ],
  ["connect over HTTP/1.1", "1.1", { protocol: "connect" }, "application/proto"],
  [
    "connect in JSON over HTTP/2",
    "2",
    { protocol: "connect", httpVersion: "2", format: "json" },
    "application/json",
  ],
];

describe("createClient()", () => {
  for (const [what, httpVersion, options, contentType] of wires) {
    it(`calls by ${what}`, async () => {
      const { server, baseUrl } = await listen(httpVersion);
      const client = createClient({ baseUrl, ...options });
      const X = tensor("FP64", [1, 2], Float64Array.of(0.1, 2));
      expect((await client.predictTensors("echo", { X })).tensors).toEqual({ X });
      expect((await client.predict("echo", { x: 1 })).row).toEqual({ x: 1 });
      expect(await client.health()).toBe("SERVING");
      expect(server.contexts[0]?.requestHeader.get("content-type")).toBe(contentType);
    });
  }

  it("streams requests by grpc, and cancels when the reader leaves", async () => {
    const { server, baseUrl } = await listen("2");
    async function* endless(): AsyncGenerator<{ rows: { x: number } }> {
      for (let x = 1; ; x += 1) yield { rows: { x } };
    }
    let sum = 0;
    for await (const result of createClient({ baseUrl }).predictStream("echo", endless())) {
      sum += result.prediction?.rows.length ?? 0;
      if (sum === 100) break;
    }
    expect(sum).toBe(100);
    await server.cancelled;
  });

  for (const [what, httpVersion, options] of wires) {
    it(`watches metrics by ${what}, cancels when the reader leaves, and tells of a lost connection`, async () => {
      const { server, baseUrl, disconnect } = await listen(httpVersion);
      const client = createClient({ baseUrl, ...options });
      expect(await takeSamples(client.watchMetrics("echo"), 3)).toEqual([1, 2, 3]);
      await server.cancelled;
      const lost = client.watchMetrics("echo");
      await lost.next();
      disconnect();
      await expect(takeSamples(lost, Infinity)).rejects.toMatchObject({
        code: "unavailable",
        reason: "CONNECTION_LOST",
      });
    });
  }

  it("tries again when the connection breaks amid a call, by gRPC and by HTTP/1.1", async () => {
    for (const [httpVersion, protocol] of [
      ["2", "grpc"],
      ["1.1", "connect"],
    ] as const) {
      const { server, baseUrl, breakNext } = await listen(httpVersion);
      breakNext();
      const client = createClient({ baseUrl, protocol, retry: { initialBackoffMs: 0 } });
      expect((await client.predict("echo", { x: 1 })).row).toEqual({ x: 1 });
      expect(server.contexts).toHaveLength(1);
    }
  });

  it("makes a call that a leaving server has refused unavailable", async () => {
    const goAway = { type: "goAway", stream: 0, payload: new Uint8Array(8) } as const;
    const { baseUrl, stop } = await listenFrames([goAway]);
    stops.push(stop);
    for (const format of ["binary", "json"] as const) {
      const client = createClient({ baseUrl, format, retry: false });
      await expect(client.models()).rejects.toMatchObject({ code: "unavailable" });
    }
  });

  it("makes a server that is not there unavailable, by every protocol", async () => {
    for (const protocol of ["grpc", "grpc-web", "connect"] as const) {
      const client = createClient({ baseUrl: "http://127.0.0.1:1", protocol, retry: false });
      await expect(client.models()).rejects.toMatchObject({
        code: "unavailable",
        reason: "SERVER_UNREACHABLE",
      });
    }
  });

  const refused: [Record<string, unknown>, string][] = [
    [{ baseUrl: "localhost:8080" }, "baseUrl"],
    [{ baseUrl: "" }, "baseUrl"],
    [{ protocol: "grpc", httpVersion: "1.1" }, "httpVersion"],
    [{ protocol: "rest" }, "protocol"],
    [{ ca: "-----BEGIN CERTIFICATE-----" }, "baseUrl"],
    [{ baseUrl: "https://localhost:8443", ca: "/etc/ssl/ca.pem" }, "ca"],
    [{ baseUrl: "https://localhost:8443", ca: [] }, "ca"],
    [{ timeoutMs: 0 }, "timeoutMs"],
    [{ retry: { maxAttempts: 0 } }, "retry.maxAttempts"],
  ];
  for (const [options, field] of refused) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      const given = { baseUrl: "http://localhost:8080", ...options } as ClientOptions;
      expect(() => createClient(given)).toThrow(
        expect.objectContaining({
          code: "invalid_argument",
          violations: [expect.objectContaining({ field })],
        }),
      );
    });
  }
});
