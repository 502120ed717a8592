import { describe, expect, it } from "vitest";
import {
  createFrame,
  errorCodes,
  frameTypes,
  headerFrames,
  resetFrame,
  windowUpdateFrame,
} from "../../server/src/transport/http2/frames.ts";
import { encodeHeaders } from "../../server/src/transport/http2/hpack/header-encoder.ts";
import { echoOf, readEcho, startHttp2Bench, streamPath } from "../support/http2-bench.ts";
import {
  call,
  callFields,
  callHeaders,
  continued,
  data,
  getHeaders,
  headers,
  ping,
  settings,
} from "../support/raw-frames.ts";
import type { RawHttp2 } from "../support/raw-http2.ts";

const { cancel, enhanceYourCalm } = errorCodes;
/** What Node's HTTP/2 gives for a client that it has enough of. */
const internalError = 2;
const nothing = Buffer.alloc(0);

/** Makes so many frames; the ids of streams go on from 3. */
function many(count: number, make: (stream: number, index: number) => Buffer): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, index) => make(3 + index * 2, index)));
}

/** A large field for the table, and then a block that names it as often as a frame has room for. */
function headerBomb(): Buffer {
  const field = encodeHeaders([["x", "x".repeat(4000)]]);
  field[0] = 0x40;
  const first = callHeaders(3).subarray(9);
  const bomb = Buffer.alloc(16_000, 0x80 | 62);
  return Buffer.concat([
    headerFrames(3, Buffer.concat([first, field]), false),
    many(200, (stream) => headerFrames(stream + 2, Buffer.concat([first, bomb]), false)),
  ]);
}

const openStream = headers(1, callFields({ ":path": streamPath }));

/** What a client sends at once, and the code that its connection then ends with. */
const attacks: readonly (readonly [name: string, frames: Buffer, code: number])[] = [
  [
    "20,000 calls and resets",
    many(20_000, (id) => Buffer.concat([call(id, "slow"), resetFrame(id, cancel)])),
    enhanceYourCalm,
  ],
  [
    "20,000 calls without a body and resets",
    many(20_000, (id) => Buffer.concat([callHeaders(id), resetFrame(id, cancel)])),
    enhanceYourCalm,
  ],
  [
    "20,000 streams of Node's HTTP/2 and resets",
    many(20_000, (id) => Buffer.concat([getHeaders(id, "/healthz"), resetFrame(id, cancel)])),
    internalError,
  ],
  ["2,000 calls above the limit", many(2000, (id) => callHeaders(id)), enhanceYourCalm],
  [
    "CONTINUATION without end",
    continued(
      callHeaders(1),
      Array.from({ length: 1000 }, () => 1),
    ).subarray(0, -200),
    enhanceYourCalm,
  ],
  [
    "CONTINUATION of 2 MB",
    Buffer.concat([
      createFrame({ type: frameTypes.headers, flags: 0, stream: 1 }),
      many(130, () =>
        createFrame(
          { type: frameTypes.continuation, flags: 0, stream: 1 },
          Buffer.alloc(16_000, 0x82),
        ),
      ),
    ]),
    enhanceYourCalm,
  ],
  ["a header bomb", headerBomb(), enhanceYourCalm],
  [
    "20,000 empty frames of DATA",
    Buffer.concat([callHeaders(1), many(20_000, () => data(1, nothing))]),
    enhanceYourCalm,
  ],
  [
    "frames on a call that is over",
    Buffer.concat([call(1, "slow"), many(1000, (id) => call(id, "slow")), resetFrame(1, cancel)]),
    enhanceYourCalm,
  ],
  [
    "1,000 calls with trailers that end nothing",
    many(1000, (id) => Buffer.concat([callHeaders(id), headers(id, { x: "1" })])),
    enhanceYourCalm,
  ],
  [
    "20,000 PRIORITY",
    many(20_000, (stream) =>
      createFrame({ type: frameTypes.priority, flags: 0, stream }, Buffer.alloc(5)),
    ),
    enhanceYourCalm,
  ],
  [
    "20,000 unknown frames",
    many(20_000, (stream) => createFrame({ type: 99, flags: 255, stream })),
    enhanceYourCalm,
  ],
  ["10,000 SETTINGS", many(10_000, () => settings()), enhanceYourCalm],
  ["10,000 new windows", many(10_000, (_, index) => settings({ 4: index })), enhanceYourCalm],
  ["1,000 SETTINGS of 33 values", many(1000, () => settings(numbered(33))), enhanceYourCalm],
];

function numbered(count: number): Record<number, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [100 + index, index]));
}

/** What a client sends at once that costs it a connection in vain: it is served. */
const floods: readonly (readonly [name: string, frames: Buffer])[] = [
  ["10,000 PING", many(10_000, (_, index) => ping(1_000_000 + index))],
  [
    "60,000 bytes in as many frames",
    Buffer.concat([callHeaders(1), many(60_000, () => data(1, Buffer.of(0)))]),
  ],
  [
    "60,000 bytes in as many frames to Node's HTTP/2",
    Buffer.concat([openStream, many(60_000, () => data(1, Buffer.of(0)))]),
  ],
  [
    "60,000 WINDOW_UPDATE of a call",
    Buffer.concat([callHeaders(1), many(60_000, () => windowUpdateFrame(1, 1))]),
  ],
  ["60,000 WINDOW_UPDATE of the connection", many(60_000, () => windowUpdateFrame(0, 1))],
];

/** Makes calls, one after the other, until something is over. */
async function callUntil(client: RawHttp2, over: Promise<unknown>): Promise<void> {
  const state = { isOver: false };
  const note = (): void => {
    state.isOver = true;
  };
  void over.then(note, note);
  let count = 0;
  for (let id = 1; !state.isOver || count < 3; id += 2) {
    client.send(call(id, "iris"));
    // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
    expect(readEcho(await client.answer(id))).toEqual(echoOf("iris"));
    count += 1;
  }
  await over;
}

describe("a client that means harm", () => {
  it.each(attacks)("loses its connection with %s", async (_, frames, code) => {
    const bench = await startHttp2Bench();
    const [bad, good] = [await bench.connect(), await bench.connect()];
    await bad.settle();
    bad.send(frames);
    const ended = bad.failure();
    await callUntil(
      good,
      ended.then(() => bad.close()),
    );
    expect((await ended).code).toBe(code);
  });

  it.each(floods)("is served with %s, as others are", async (_, frames) => {
    const bench = await startHttp2Bench();
    const [bad, good] = [await bench.connect(), await bench.connect()];
    await bad.settle();
    bad.send(frames, call(100_001, ""));
    await callUntil(good, bad.settle());
    bad.send(settings({ 4: 1000 }));
    expect((await bad.answer(100_001)).trailers).toEqual({ "grpc-status": "0" });
  });
});
