import http2 from "node:http2";
import { describe, expect, it } from "vitest";
import {
  answerWith,
  openCall,
  path,
  requestOf,
  settle,
  startStreamBench,
} from "../../../test/support/stream-bench.ts";
import type { CallContext } from "../services/call-context.ts";

describe("createStreamLane()", () => {
  it.each(["application/grpc", "application/grpc+proto"])(
    "answers each request of a stream of %s",
    async (contentType) => {
      const { client } = await startStreamBench(answerWith);
      const call = openCall(client, { "content-type": contentType });
      call.stream.write(requestOf("a"));
      await call.count(1);
      call.stream.end(requestOf("b", "c"));
      const { headers, trailers } = await call.over;
      expect(headers).toMatchObject({
        ":status": 200,
        "content-type": "application/grpc+proto",
        vary: "Origin",
      });
      expect(trailers).toEqual({ "grpc-status": "0" });
      expect(call.answers).toEqual(["a", "b", "c"]);
    },
  );

  it("ends a stream without requests well", async () => {
    const { client } = await startStreamBench(answerWith);
    const call = openCall(client);
    call.stream.end();
    expect((await call.over).trailers).toEqual({ "grpc-status": "0" });
  });

  it.each([
    ["another method", { ":path": "/x.Service/Other" }],
    ["a query", { ":path": `${path}?a=b` }],
    ["gRPC-Web", { "content-type": "application/grpc-web+proto" }],
    ["Connect", { "content-type": "application/connect+proto" }],
    ["JSON", { "content-type": "application/grpc+json" }],
    ["capitals", { "content-type": "APPLICATION/GRPC" }],
    ["compression", { "grpc-encoding": "gzip" }],
    ["an expectation", { expect: "100-continue" }],
    ["a deadline that cannot be read", { "grpc-timeout": "soon" }],
    ["a deadline that has passed", { "grpc-timeout": "0m" }],
  ])("leaves a stream with %s to others", async (_, headers) => {
    const { client } = await startStreamBench(answerWith);
    const call = openCall(client, headers);
    call.stream.end();
    expect((await call.over).headers).toMatchObject({ ":status": 404 });
  });

  it("drops the work of a caller who leaves", async () => {
    const begun = Promise.withResolvers<CallContext>();
    const { client, faults } = await startStreamBench((_, context) => {
      begun.resolve(context);
      return new Promise((__, reject) => {
        context.signal.addEventListener("abort", () => reject(new Error("dropped")));
      });
    });
    const call = openCall(client);
    call.stream.write(requestOf("a"));
    const { signal } = await begun.promise;
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener("abort", resolve);
    });
    call.stream.close(http2.constants.NGHTTP2_CANCEL);
    await aborted;
    expect(signal).toMatchObject({ aborted: true, reason: undefined });
    await settle(client);
    // What was dropped failed in a way that is the method's own fault.
    expect(faults).toHaveLength(1);
  });

  it("drops what is in work when one request ends the stream", async () => {
    const begun = Promise.withResolvers<CallContext>();
    const { client } = await startStreamBench((name, context) => {
      if (name === "bad") throw new Error("bad");
      begun.resolve(context);
      return new Promise(() => undefined);
    });
    const call = openCall(client);
    call.stream.write(requestOf("a", "bad"));
    const { trailers } = await call.over;
    expect(trailers["grpc-status"]).toBe("13");
    expect((await begun.promise).signal.aborted).toBe(true);
  });

  it.each([
    ["in work", requestOf("a")],
    ["not even sent", Buffer.alloc(0)],
  ])("ends at its deadline a stream whose request is %s", async (_, sent) => {
    const { client } = await startStreamBench(() => new Promise(() => undefined));
    const call = openCall(client, { "grpc-timeout": "30m" });
    call.stream.write(sent);
    const { trailers } = await call.over;
    expect(trailers["grpc-status"]).toBe("4");
    expect(decodeURIComponent(String(trailers["grpc-message"]))).toBe(
      "the deadline passed before the answer was ready",
    );
  });

  it("tells the method how much time is left", async () => {
    const left: (number | undefined)[] = [];
    const { client } = await startStreamBench(
      (name, context) => {
        left.push(context.timeoutMs());
        return answerWith(name);
      },
      { maxDeadlineMs: 5000 },
    );
    for (const timeout of ["4S", "8S"]) {
      const call = openCall(client, { "grpc-timeout": timeout });
      call.stream.end(requestOf("a"));
      // oxlint-disable-next-line no-await-in-loop
      await call.over;
    }
    expect(left.map((ms) => Math.ceil((ms ?? 0) / 1000))).toEqual([4, 5]);
  });

  it.each<[string, () => object | Promise<object>]>([
    ["a method that fails", () => Promise.reject(new Error("secret"))],
    ["an answer that cannot be written", () => ({ model: { name: 7 } })],
  ])("tells nothing of the fault of %s, and reports it", async (_, answer) => {
    const { client, faults } = await startStreamBench(answer);
    const call = openCall(client);
    call.stream.write(requestOf("a"));
    const { trailers } = await call.over;
    expect(trailers["grpc-status"]).toBe("13");
    expect(decodeURIComponent(String(trailers["grpc-message"]))).toBe(
      "the server has a fault; its log tells more",
    );
    expect(faults).toHaveLength(1);
  });

  it("still writes what was answered before a failure, and ends then", async () => {
    const { client } = await startStreamBench(
      (name) => answerWith(name === "long" ? "x".repeat(200) : name),
      {
        maxResponseBytes: 100,
      },
    );
    const call = openCall(client);
    call.stream.write(requestOf("a", "long", "b"));
    const { trailers } = await call.over;
    expect(trailers["grpc-status"]).toBe("8");
    expect(decodeURIComponent(String(trailers["grpc-message"]))).toContain(
      "limits.maxResponseBytes",
    );
    expect(call.answers).toEqual(["a"]);
  });
});
