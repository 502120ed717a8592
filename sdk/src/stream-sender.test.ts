import type { Transport } from "@connectrpc/connect";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { afterEach, describe, expect, it } from "vitest";
import { createLeanGrpcTransport } from "./grpc-transport.ts";
import { listenRaw, type RawAnswer, type RawListener } from "./testing/raw-listener.ts";
import { answerIds, settle, streamOutcome } from "./testing/stream-outcome.ts";

const listeners: RawListener[] = [];

afterEach(() => {
  for (const { stop } of listeners.splice(0)) stop();
});

async function listen(answer: RawAnswer, begin: RawAnswer): Promise<string> {
  const listener = await listenRaw(answer, { begin });
  listeners.push(listener);
  return listener.baseUrl;
}

const silent: RawAnswer = () => undefined;
const create = (baseUrl: string): Transport => createLeanGrpcTransport({ baseUrl });

describe("createStreamSender()", () => {
  it("writes together what is given within one turn", async () => {
    const chunks: Buffer[] = [];
    const baseUrl = await listen(
      (stream) => answerIds(stream, []),
      (stream) => stream.on("data", (chunk: Buffer) => chunks.push(chunk)),
    );
    const requests = Array.from({ length: 500 }, (_, index) => String(index % 10));
    await streamOutcome(create(baseUrl), { requests });
    expect(chunks.map(({ byteLength }) => byteLength)).toEqual([5000]);
  });

  it("sends a large request between small ones in order", async () => {
    const chunks: Buffer[] = [];
    const baseUrl = await listen(
      (stream) => answerIds(stream, []),
      (stream) => stream.on("data", (chunk: Buffer) => chunks.push(chunk)),
    );
    const large = "x".repeat(100_000);
    await streamOutcome(create(baseUrl), { requests: ["1", large, "2"] });
    const sent = Buffer.concat(chunks).toString("latin1");
    const [first, second] = sent.split(large);
    expect([first?.slice(0, 10), second?.slice(-5)]).toEqual([
      "\0\0\0\0\x05\n\x032\x011",
      "\n\x032\x012",
    ]);
    expect(sent).toHaveLength(100_000 + 13 + 20);
  });

  it("tells its source why the call has failed, before it and during it", async () => {
    const controller = new AbortController();
    const baseUrl = await listen(silent, () => controller.abort("no need"));
    for (const signal of [controller.signal, AbortSignal.abort("no need")]) {
      const told = Promise.withResolvers<unknown>();
      const source = {
        next: () => new Promise<never>(() => undefined),
        async throw(reason: unknown): Promise<never> {
          told.resolve(reason);
          throw reason;
        },
        [Symbol.asyncIterator]: () => source,
      };
      const { predictStream } = InferenceService.method;
      const call = create(baseUrl).stream(predictStream, signal, 0, undefined, source);
      await expect(call).rejects.toBe(await told.promise);
      expect(await told.promise).toMatchObject({ rawMessage: "no need" });
    }
  });

  it("does not read its source while the server takes nothing", async () => {
    const baseUrl = await listen(silent, (stream) => stream.pause());
    let given = 0;
    function* requests() {
      for (;;) {
        given += 1;
        yield "x".repeat(1000);
      }
    }
    const controller = new AbortController();
    const outcome = streamOutcome(create(baseUrl), {
      requests: requests(),
      signal: controller.signal,
    });
    const settled = await settle(() => given);
    expect(settled).toBeGreaterThan(50);
    expect(settled).toBeLessThan(1000);
    controller.abort();
    await outcome;
  });
});
