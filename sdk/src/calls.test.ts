import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { describe, expect, it } from "vitest";
import { type Caller, type CallerOptions, createCaller } from "./calls.ts";
import { createFakeClock, type FakeClock } from "./testing/fake-clock.ts";
import { createFakeServer, type FakeServer } from "./testing/fake-server.ts";

const { predict } = InferenceService.method;
const input = { model: "echo" };

function setUp(options: CallerOptions = {}): {
  server: FakeServer;
  clock: FakeClock;
  caller: Caller;
} {
  const server = createFakeServer();
  const clock = createFakeClock();
  const transport = createRouterTransport(server.routes);
  const caller = createCaller(transport, options, { clock, random: () => 0.5 });
  return { server, clock, caller };
}

function busy(): ConnectError {
  return new ConnectError("busy", Code.Unavailable);
}

function headersSeen({ contexts }: FakeServer, name: string): (string | null)[] {
  return contexts.map(({ requestHeader }) => requestHeader.get(name));
}

describe("createCaller().unary()", () => {
  it("tries again, with a longer wait each time, until there is an answer", async () => {
    const { server, clock, caller } = setUp();
    server.failures.push(busy(), busy(), busy());
    await expect(caller.unary(predict, input)).resolves.toMatchObject({ predictionId: "p1" });
    expect(clock.waits).toEqual([25, 50, 100]);
  });

  it("gives up after the last attempt, with its error", async () => {
    const { server, caller } = setUp({ retry: { maxAttempts: 2 } });
    server.failures.push(busy(), new ConnectError("still busy", Code.Unavailable), busy());
    await expect(caller.unary(predict, input)).rejects.toMatchObject({
      code: "unavailable",
      message: "still busy",
    });
    expect(server.contexts).toHaveLength(2);
  });

  it("tries once if that is what the client or the call says", async () => {
    for (const { options, call } of [
      { options: { retry: false as const }, call: {} },
      { options: {}, call: { retry: false as const } },
    ]) {
      const { server, caller } = setUp(options);
      server.failures.push(busy());
      await expect(caller.unary(predict, input, call)).rejects.toMatchObject({
        code: "unavailable",
      });
      expect(server.contexts).toHaveLength(1);
    }
  });

  it("does not try again what a retry does not help", async () => {
    const { server, caller } = setUp();
    server.failures.push(new ConnectError("bad", Code.InvalidArgument));
    await expect(caller.unary(predict, input)).rejects.toMatchObject({ code: "invalid_argument" });
    expect(server.contexts).toHaveLength(1);
  });

  it("spends one deadline on all attempts", async () => {
    const retry = { initialBackoffMs: 2000, maxBackoffMs: 60_000 };
    const { server, caller } = setUp({ timeoutMs: 3500, retry });
    server.failures.push(busy(), busy(), busy());
    await expect(caller.unary(predict, input)).rejects.toMatchObject({ code: "unavailable" });
    const left = server.contexts.map((context) => context.timeoutMs() ?? Infinity);
    expect(left.map((ms) => Math.ceil(ms / 500) * 500)).toEqual([3500, 2500, 500]);
  });

  const deadlines: [string, CallerOptions, { timeoutMs?: number }, number | undefined][] = [
    ["30 seconds by default", {}, {}, 30_000],
    ["the client's deadline", { timeoutMs: 5000 }, {}, 5000],
    ["the call's deadline before the client's", { timeoutMs: 5000 }, { timeoutMs: 9000 }, 9000],
    ["no deadline if it is Infinity", {}, { timeoutMs: Infinity }, undefined],
  ];
  for (const [what, options, call, expected] of deadlines) {
    it(`tells the server ${what}`, async () => {
      const { server, caller } = setUp(options);
      await caller.unary(predict, input, call);
      const timeoutMs = server.contexts[0]?.timeoutMs();
      expect(timeoutMs && Math.ceil(timeoutMs / 1000) * 1000).toBe(expected);
    });
  }

  it("does not call at all if its signal is aborted", async () => {
    const { server, caller } = setUp();
    const signal = AbortSignal.abort("no need");
    await expect(caller.unary(predict, input, { signal })).rejects.toMatchObject({
      code: "canceled",
      cause: "no need",
    });
    expect(server.contexts).toHaveLength(0);
  });

  it("does not try again once its signal is aborted", async () => {
    const server = createFakeServer();
    server.failures.push(busy());
    const controller = new AbortController();
    const clock = { now: () => 0, sleep: async () => controller.abort() };
    const transport = createRouterTransport(server.routes);
    const caller = createCaller(transport, {}, { clock, random: () => 0.5 });
    const call = caller.unary(predict, input, { signal: controller.signal });
    await expect(call).rejects.toMatchObject({ code: "canceled" });
    expect(server.contexts).toHaveLength(1);
  });

  it("sends the call's headers before the client's of the same name", async () => {
    const { server, caller } = setUp({ headers: { "x-a": "client", "x-b": "client" } });
    await caller.unary(predict, input, { headers: { "x-b": "call" } });
    expect([...headersSeen(server, "x-a"), ...headersSeen(server, "x-b")]).toEqual([
      "client",
      "call",
    ]);
  });

  it("refuses a deadline that is none", async () => {
    const { caller } = setUp();
    const call = caller.unary(predict, input, { timeoutMs: 0 });
    await expect(call).rejects.toMatchObject({ code: "invalid_argument" });
  });
});

describe("createCaller() with auth", () => {
  function authorized(auth: () => string | Promise<string>): {
    server: FakeServer;
    caller: Caller;
  } {
    const server = createFakeServer();
    const retry = { initialBackoffMs: 0 };
    return { server, caller: createCaller(createRouterTransport(server.routes), { auth, retry }) };
  }

  it("asks for the authorization header for each attempt", async () => {
    let tokens = 0;
    const { server, caller } = authorized(async () => `Bearer ${(tokens += 1)}`);
    server.failures.push(busy());
    await caller.unary(predict, input);
    expect(headersSeen(server, "authorization")).toEqual(["Bearer 1", "Bearer 2"]);
  });

  it("fails with unauthenticated if auth fails", async () => {
    const cause = new Error("no token");
    const { server, caller } = authorized(() => Promise.reject(cause));
    await expect(caller.unary(predict, input)).rejects.toMatchObject({
      code: "unauthenticated",
      cause,
    });
    expect(server.contexts).toHaveLength(0);
  });

  const never = (): Promise<string> => new Promise(() => undefined);

  it("does not wait for auth past the deadline", async () => {
    const { caller } = authorized(never);
    const call = caller.unary(predict, input, { timeoutMs: 1 });
    await expect(call).rejects.toMatchObject({ code: "deadline_exceeded" });
  });

  it("does not wait for auth after a cancel, with a deadline or without", async () => {
    for (const timeoutMs of [60_000, Infinity]) {
      const controller = new AbortController();
      const { caller } = authorized(() => {
        queueMicrotask(() => controller.abort());
        return never();
      });
      const call = caller.unary(predict, input, { timeoutMs, signal: controller.signal });
      await expect(call).rejects.toMatchObject({ code: "canceled" });
    }
  });
});
