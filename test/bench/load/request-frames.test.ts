import { describe, expect, it } from "vitest";
import { createFrameReader, type Frame, flags, frameTypes } from "./frames.ts";
import { encodeRequest } from "./request-frames.ts";

const { headers, data } = frameTypes;
const { endHeaders, endStream } = flags;
const exchangeOf = (bytes: number) =>
  ({ protocol: "grpc", port: 80, path: "/a.B/C", body: Buffer.alloc(bytes, 7) }) as const;

function framesOf(bytes: Buffer): readonly Frame[] {
  const frames: Frame[] = [];
  createFrameReader((frame) => frames.push(frame))(bytes);
  return frames;
}

describe("encodeRequest()", () => {
  it.each([
    { bytes: 0, payloads: [5] },
    { bytes: 16_379, payloads: [16_384] },
    { bytes: 16_380, payloads: [16_384, 1] },
    { bytes: 65_530, payloads: [16_384, 16_384, 16_384, 16_383] },
  ])(
    "cuts a message of $bytes bytes into frames that every server takes",
    ({ bytes, payloads }) => {
      const request = encodeRequest(exchangeOf(bytes));
      const [head, ...rest] = framesOf(request.write([3], false));
      expect(request.bodyBytes).toBe(bytes + 5);
      expect(head).toMatchObject({ type: headers, flags: endHeaders, stream: 3 });
      expect(rest.map(({ payload }) => payload.length)).toEqual(payloads);
      expect(rest.map((frame) => frame.flags)).toEqual(
        payloads.map((_, index) => (index === payloads.length - 1 ? endStream : 0)),
      );
      const message = Buffer.concat(rest.map(({ payload }) => payload));
      expect(message.readUInt32BE(1)).toBe(bytes);
      expect(message.subarray(5).equals(exchangeOf(bytes).body)).toBe(true);
    },
  );

  it("writes the same frames on every stream", () => {
    const frames = framesOf(encodeRequest(exchangeOf(20_000)).write([1, 5], true));
    expect(frames.map(({ type, stream }) => [type, stream])).toEqual([
      [headers, 1],
      [data, 1],
      [data, 1],
      [headers, 5],
      [data, 5],
      [data, 5],
    ]);
  });

  it("refuses a message that would need a larger window", () => {
    expect(() => encodeRequest(exchangeOf(65_531))).toThrow("above a window");
  });
});
