import { PassThrough } from "node:stream";
import { createRegistry } from "@bufbuild/protobuf";
import { GetModelRequestSchema, GetModelResponseSchema } from "@presage/gen/presage/v1/model_pb";
import { describe, expect, it } from "vitest";
import { createCallSteps } from "./calls.ts";
import type { Exchange } from "./exchange.ts";
import { createPlainLane } from "./plain-lane.ts";
import type { PlainAnswer } from "./plain-protocols.ts";
import type { UnaryMethod } from "./unary-method.ts";

/** Sends a request to a method over Connect JSON, and gives the answer with the faults reported. */
async function call(
  answer: UnaryMethod["answer"],
  { request = "{}", ...ways }: Partial<UnaryMethod> & { readonly request?: string } = {},
): Promise<[PlainAnswer, readonly unknown[]]> {
  const faults: unknown[] = [];
  const lane = createPlainLane({
    methods: [
      { path: "/x", input: GetModelRequestSchema, output: GetModelResponseSchema, answer, ...ways },
    ],
    steps: createCallSteps({ reportFault: (fault) => faults.push(fault) }),
    anyTypes: createRegistry(),
    connect: { take: () => {}, takeRead: () => {} },
    maxRequestBytes: 100,
    maxResponseBytes: 100,
    maxValues: 100,
    maxDeadlineMs: 1000,
  });
  const source = new PassThrough();
  const sent = Promise.withResolvers<PlainAnswer>();
  const exchange: Exchange = {
    path: "/x",
    headers: { "content-type": "application/json" },
    version: 1,
    source,
    onClose: () => {},
    addHeaders: () => {},
    send: sent.resolve,
  };
  expect(lane.take(exchange)).toBe(true);
  source.end(request);
  return [await sent.promise, faults];
}

const textOf = ({ body }: PlainAnswer): string => Buffer.concat(body).toString();

describe("createPlainLane()", () => {
  it("writes what a method answers", async () => {
    const [answer, faults] = await call(() => ({ model: { name: "a" } }));
    expect([answer.status, textOf(answer), faults]).toEqual([200, '{"model":{"name":"a"}}', []]);
  });

  it.each([
    { name: "a method that throws", answer: () => Promise.reject(new Error("secret")) },
    { name: "an answer that cannot be written", answer: () => ({ model: { name: 7 } }) },
  ])("tells nothing of the fault of $name, and reports it", async ({ answer }) => {
    const [sent, faults] = await call(answer);
    expect(sent.status).toBe(500);
    expect(JSON.parse(textOf(sent))).toMatchObject({
      code: "internal",
      message: "the server has a fault; its log tells more",
    });
    expect(faults).toHaveLength(1);
  });

  it.each(["\r", "\n", "\0", "\u001f", "\u007f", "\u0100", "a\r\nset-cookie: b"])(
    "fails a call whose method adds a header of the value %j",
    async (value) => {
      const [sent, faults] = await call((_, context) => {
        context.addHeader?.("x-a", value);
        return {};
      });
      expect(sent.status).toBe(500);
      expect(faults).toMatchObject([{ message: "a value of the header x-a is none" }]);
    },
  );

  it("refuses an answer that is larger than the limit", async () => {
    const [sent, faults] = await call(() => ({ model: { name: "a".repeat(200) } }));
    expect([sent.status, faults]).toEqual([429, []]);
    expect(textOf(sent)).toContain("limits.maxResponseBytes");
  });

  it("answers a call whose method throws where it should reply, and reports it", async () => {
    const [answer, faults] = await call(assertUnasked, { reply: assertUnasked });
    expect([answer.status, faults]).toMatchObject([500, [{ message: "not asked for" }]]);
    expect(textOf(answer)).not.toContain("not asked for");
  });

  it("asks a method that replies by its reply", async () => {
    const [answer, faults] = await call(assertUnasked, {
      reply: (_request, _context, reply) => reply.answer({ model: { name: "b" } }),
    });
    expect([answer.status, textOf(answer), faults]).toEqual([200, '{"model":{"name":"b"}}', []]);
  });

  it.each([
    { request: '{"name":"short"}', expected: '"short"' },
    { request: '{"name":"long"}', expected: '{"model":{"name":"a"}}' },
  ])("asks the shortcut of a method for what it reads, as with $request", async (way) => {
    const [answer] = await call(() => ({ model: { name: "a" } }), {
      request: way.request,
      json: {
        read: (json) => (JSON.stringify(json).includes("short") ? { read: json } : undefined),
        ask: (_request, _context, reply) => reply.answer({ text: "short" }),
        write: (given) => JSON.stringify("text" in given ? given.text : undefined),
      },
    });
    expect([answer.status, textOf(answer)]).toEqual([200, way.expected]);
  });

  it.each(["constructor", "__proto__", "toString", "text/plain"])(
    "leaves a request of the content type %s to others",
    (contentType) => {
      const lane = createPlainLane({
        methods: [
          {
            path: "/x",
            input: GetModelRequestSchema,
            output: GetModelResponseSchema,
            answer: () => ({}),
          },
        ],
        steps: createCallSteps({ reportFault: () => {} }),
        anyTypes: createRegistry(),
        connect: { take: () => {}, takeRead: () => {} },
        maxRequestBytes: 100,
        maxResponseBytes: 100,
        maxValues: 100,
        maxDeadlineMs: 1000,
      });
      const exchange: Exchange = {
        path: "/x",
        headers: { "content-type": contentType },
        version: 1,
        source: new PassThrough(),
        onClose: () => {},
        addHeaders: () => {},
        send: () => {},
      };
      expect(lane.take(exchange)).toBe(false);
    },
  );
});

function assertUnasked(): never {
  throw new Error("not asked for");
}
