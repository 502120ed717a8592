import { once } from "node:events";
import http2 from "node:http2";
import { describe, expect, it } from "vitest";
import {
  answerWith,
  createDesk,
  openCall,
  requestOf,
  settle,
  startStreamBench,
} from "../../../test/support/stream-bench.ts";
import type { CallContext } from "../services/call-context.ts";

describe("the flow of a stream on the stream lane", () => {
  it("answers as answers come, and takes no more requests than it may", async () => {
    const desk = createDesk();
    const { client } = await startStreamBench(desk.answer, { concurrency: 3 });
    const call = openCall(client);
    call.stream.end(requestOf("a", "b", "c", "d", "e"));
    await settle(client);
    expect(desk.open).toEqual(["a", "b", "c"]);
    desk.give("c", "b");
    await call.count(2);
    await settle(client);
    expect(desk.open).toEqual(["a", "d", "e"]);
    desk.give("e", "d", "a");
    expect((await call.over).trailers).toEqual({ "grpc-status": "0" });
    expect(call.answers).toEqual(["c", "b", "e", "d", "a"]);
  });

  it("writes answers that come together in one piece", async () => {
    const desk = createDesk();
    const { client } = await startStreamBench(desk.answer);
    const call = openCall(client);
    call.stream.write(requestOf("a", "b", "c"));
    await settle(client);
    let pieces = 0;
    call.stream.on("data", () => {
      pieces += 1;
    });
    desk.give("a", "b", "c");
    await call.count(3);
    expect(pieces).toBe(1);
  });

  it("sends no headers before there is an answer", async () => {
    const desk = createDesk();
    const { client } = await startStreamBench(desk.answer);
    const call = openCall(client);
    let responded = false;
    call.stream.on("response", () => {
      responded = true;
    });
    call.stream.write(requestOf("a"));
    await settle(client);
    expect(responded).toBe(false);
    desk.give("a");
    await call.count(1);
    expect(responded).toBe(true);
  });

  it("takes nothing new while its caller does not read", async () => {
    let taken = 0;
    const answer = "x".repeat(50_000);
    const { client } = await startStreamBench(() => {
      taken += 1;
      return answerWith(answer);
    });
    const call = openCall(client);
    call.stream.pause();
    call.stream.end(requestOf(...Array.from({ length: 100 }, () => "a")));
    await settle(client);
    // One answer fills the caller's window, or a few: as many as may be in work follow at most.
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThanOrEqual(8);
    call.stream.resume();
    expect((await call.over).trailers).toEqual({ "grpc-status": "0" });
    expect(call.answers).toHaveLength(100);
  });

  it("reads no further ahead than it must while all that it may take is in work", async () => {
    const gate = Promise.withResolvers<void>();
    const { client, received } = await startStreamBench(() =>
      gate.promise.then(() => answerWith("y")),
    );
    const call = openCall(client);
    const sent = requestOf(...Array.from({ length: 100 }, () => "x".repeat(50_000)));
    call.stream.end(sent);
    await settle(client);
    // Four in work, and what waits for its turn.
    expect(received()).toBeGreaterThan(4 * 50_000);
    expect(received()).toBeLessThan(6 * 50_000);
    gate.resolve();
    expect((await call.over).trailers).toEqual({ "grpc-status": "0" });
    expect(call.answers).toHaveLength(100);
    expect(received()).toBe(sent.byteLength);
  });

  it("leaves it to the watch of the streams to end one whose caller reads nothing", async () => {
    const begun = Promise.withResolvers<CallContext>();
    const { client } = await startStreamBench(
      (_, context) => {
        begun.resolve(context);
        return answerWith("x".repeat(90_000));
      },
      { timeouts: { keepAliveMs: 40 } },
    );
    const call = openCall(client);
    call.stream.pause();
    call.stream.write(requestOf(...Array.from({ length: 10 }, () => "a")));
    const { signal } = await begun.promise;
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", resolve);
    });
    expect(signal.aborted).toBe(true);
  });

  it("leaves it to the watch of the streams to end one whose caller sends nothing", async () => {
    const { client } = await startStreamBench(answerWith, {
      timeouts: { headersMs: 40, requestMs: 40 },
    });
    const { stream } = openCall(client);
    await once(stream, "close");
    expect(stream.rstCode).toBe(http2.constants.NGHTTP2_CANCEL);
  });
});
