import { describe, expect, it } from "vitest";
import { createFrameReader, type Frame, flags, frameTypes } from "./frames.ts";
import { createRequestEncoder, type EncodedRequest, writeRequests } from "./request-frames.ts";

const { headers, data } = frameTypes;
const { endHeaders, endStream } = flags;
const encode = (bytes: number): EncodedRequest =>
  createRequestEncoder({ port: 80, path: "/a.B/C" })(Buffer.alloc(bytes, 7));

function framesOf(bytes: Buffer): readonly Frame[] {
  const frames: Frame[] = [];
  createFrameReader((frame) => frames.push(frame))(bytes);
  return frames;
}

describe("createRequestEncoder()", () => {
  it.each([
    { bytes: 0, payloads: [5] },
    { bytes: 16_379, payloads: [16_384] },
    { bytes: 16_380, payloads: [16_384, 1] },
    { bytes: 65_530, payloads: [16_384, 16_384, 16_384, 16_383] },
  ])(
    "cuts a message of $bytes bytes into frames that every server takes",
    ({ bytes, payloads }) => {
      const request = encode(bytes);
      const [head, ...rest] = framesOf(writeRequests([{ stream: 3, request }], false));
      expect(request.bodyBytes).toBe(bytes + 5);
      expect(head).toMatchObject({ type: headers, flags: endHeaders, stream: 3 });
      expect(rest.map(({ payload }) => payload.length)).toEqual(payloads);
      expect(rest.map((frame) => frame.flags)).toEqual(
        payloads.map((_, index) => (index === payloads.length - 1 ? endStream : 0)),
      );
      const message = Buffer.concat(rest.map(({ payload }) => payload));
      expect(message.readUInt32BE(1)).toBe(bytes);
      expect(message.subarray(5).equals(Buffer.alloc(bytes, 7))).toBe(true);
    },
  );

  it("refuses a message that would need a larger window", () => {
    expect(() => encode(65_531)).toThrow("above a window");
  });
});

describe("writeRequests()", () => {
  it("writes each request on its stream", () => {
    const requests = [
      { stream: 1, request: encode(20_000) },
      { stream: 5, request: encode(3) },
    ];
    const frames = framesOf(writeRequests(requests, true));
    expect(frames.map(({ type, stream }) => [type, stream])).toEqual([
      [headers, 1],
      [data, 1],
      [data, 1],
      [headers, 5],
      [data, 5],
    ]);
    const sizes = frames.filter(({ type }) => type === data).map(({ payload }) => payload.length);
    expect(sizes).toEqual([16_384, 3621, 8]);
  });
});
