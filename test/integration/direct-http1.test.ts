import { once } from "node:events";
import type net from "node:net";
import tls from "node:tls";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHttp1Benches, type Http1Bench, maxRequestBytes } from "../support/http1-benches.ts";
import {
  call,
  callAnswer,
  conversations,
  endings,
  last,
  post,
} from "../support/http1-conversations.ts";
import { identity, trusting } from "../support/listeners.ts";
import { open, readAll, readUntil } from "../support/sockets.ts";

const benches = createHttp1Benches();
let direct: Http1Bench;
let node: Http1Bench;

beforeAll(async () => {
  [direct, node] = await benches.startBoth();
});
afterAll(() => benches.stopAll());

/** The same at every time of day. */
const undated = (text: string): string => text.replaceAll(/Date: [^\r]+/g, "Date: now");

/** Writes pieces, with time for the server to read each on its own, until the other side has enough. */
async function write(socket: net.Socket, pieces: readonly string[]): Promise<void> {
  for (const piece of pieces) {
    if (socket.readableEnded) return;
    socket.write(piece, "latin1");
    for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Gives all that the server answers, until it closes the connection. */
async function converse({ port }: Http1Bench, ...pieces: readonly string[]): Promise<string> {
  const socket = (await open(port)).setNoDelay();
  const answer = readAll(socket);
  await write(socket, pieces);
  return undated(await answer);
}

/** Gives what the server answers to bytes that come once a call was answered. */
async function converseAfterCall({ port }: Http1Bench, bytes: string): Promise<string> {
  const socket = await open(port);
  socket.write(call);
  const first = await readUntil(socket, callAnswer);
  const rest = readAll(socket);
  socket.write(bytes, "latin1");
  return undated(first + (await rest));
}

/** Gives the answer to one request, whose body has one closing brace. */
async function askOnce({ port }: Http1Bench, bytes: string): Promise<string> {
  const socket = await open(port);
  socket.write(bytes);
  const answer = await readUntil(socket, "}");
  socket.destroy();
  return undated(answer.slice(0, answer.indexOf("}") + 1));
}

function split(text: string, places: readonly number[]): readonly string[] {
  const ends = [...places.map((place) => place % text.length), text.length];
  const sorted = ends.toSorted((a, b) => a - b);
  return sorted.map((end, index) => text.slice(sorted[index - 1] ?? 0, end));
}

describe("a direct HTTP/1.1 connection", () => {
  it.each(conversations)("answers %s as Node's HTTP does", async (_name, bytes, taken) => {
    const before = direct.taken();
    const answer = await converse(direct, bytes + last);
    expect(direct.taken() - before).toBe(taken);
    expect(answer).toBe(await converse(node, bytes + last));
    expect(node.taken()).toBe(0);
  });

  it.each(endings)("ends with %s as Node's HTTP does", async (_name, bytes) => {
    expect(await converseAfterCall(direct, bytes)).toBe(await converseAfterCall(node, bytes));
  });

  it("answers a call that asks for an upgrade as Node's HTTP does", async () => {
    const upgrade = post("connection: upgrade\r\nupgrade: h2c\r\n");
    expect(await askOnce(direct, upgrade)).toBe(await askOnce(node, upgrade));
  });

  it("answers the same however the bytes come", async () => {
    const text = `${call}${call}${post("", '{"model":"bc"}')}GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n${last}`;
    const whole = await converse(node, text);
    expect(await converse(direct, ...Array.from(text))).toBe(whole);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 12 }), async (places) => {
        expect(await converse(direct, ...split(text, places))).toBe(whole);
      }),
    );
  });

  it("answers many requests that were sent ahead, in their order", async () => {
    const models = Array.from({ length: 2000 }, (_, index) => `m${index}`);
    const bytes = models.map((model) => post("", JSON.stringify({ model }))).join("");
    const answers = await converse(direct, bytes + last);
    const names = [...answers.matchAll(/"name":"(m\d+)"/g)].map(([, name]) => name);
    expect(names).toEqual(models);
  });

  it.each([
    ["shortly", 1000],
    ["by more than is read on", 6_000_000],
  ])("refuses a body that is over the limit %s as Node's HTTP does", async (_name, over) => {
    const body = JSON.stringify({ model: "x".repeat(maxRequestBytes + over) });
    expect(await askOnce(direct, post("", body))).toBe(await askOnce(node, post("", body)));
  });

  it("serves on after a body that was over the limit, if its rest is short", async () => {
    const body = JSON.stringify({ model: "x".repeat(maxRequestBytes + 1_000_000) });
    const talk = (bench: Http1Bench) => converse(bench, post("", body), call + last);
    const answer = await talk(direct);
    expect(answer).toContain(`${callAnswer}HTTP/1.1 200 OK`);
    expect(answer).toBe(await talk(node));
  });

  it("answers 500 where a lane throws, and tells what", async () => {
    const told: unknown[] = [];
    const fail = (): never => {
      throw new RangeError("a mistake");
    };
    const options = { handler: fail, handlerFailed: (error: unknown) => void told.push(error) };
    const bench = await benches.start("direct", { ...options, takeCall: fail });
    expect(await converse(bench, call + last)).toMatch(/^HTTP\/1\.1 500 [^]*HTTP\/1\.1 500 /);
    expect(told).toEqual([new RangeError("a mistake"), new RangeError("a mistake")]);
  });

  it("works over TLS", async () => {
    const secure = await benches.startBoth({ tls: identity });
    const text = `${call}${post("", '{"model":"large300000"}')}${post("", "{")}${call}${last}`;
    const talk = async ({ port }: Http1Bench, ...protocols: string[]): Promise<string> => {
      const options = { ...trusting, host: "127.0.0.1", port, ALPNProtocols: protocols };
      const socket = tls.connect(options);
      await once(socket, "secureConnect");
      socket.write(text);
      return undated(await readAll(socket));
    };
    const [answer, expected] = await Promise.all(secure.map((bench) => talk(bench, "http/1.1")));
    expect(answer).toBe(expected);
    expect(await talk(secure[0])).toBe(expected);
    expect(secure[0].taken()).toBe(8);
  });
});
