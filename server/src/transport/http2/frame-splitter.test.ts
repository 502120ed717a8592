import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameSplitter, type FrameSplitterOptions } from "./frame-splitter.ts";
import { createFrame, type Frame, frameFlags, frameHeadBytes, frameTypes } from "./frames.ts";

const maxFrameBytes = 100;

/** A frame as a sink has seen it; of one in pieces, how many those were. */
interface Seen {
  readonly bytes: string;
  readonly pieces?: number;
}

/** What a splitter gives for bytes that come in these chunks. */
function split(
  chunks: readonly Buffer[],
  options: Partial<FrameSplitterOptions> = {},
): { readonly frames: readonly Seen[]; readonly rest: string } {
  const frames: Seen[] = [];
  let begun: Buffer[] = [];
  let rest = "";
  const splitter = new FrameSplitter(
    {
      frame: ({ bytes }) => frames.push({ bytes: bytes.toString("hex") }),
      dataHead(_, bytes) {
        begun = [bytes];
      },
      dataPiece(piece, isLast) {
        begun.push(piece);
        if (!isLast) return;
        frames.push({ bytes: Buffer.concat(begun).toString("hex"), pieces: begun.length - 1 });
      },
      tooLarge(bytes) {
        rest += bytes.toString("hex");
      },
    },
    { maxFrameBytes, dataInPieces: true, ...options },
  );
  for (const chunk of chunks) splitter.push(chunk);
  return { frames, rest };
}

/** Cuts bytes at some places. */
function cut(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const edges = [0, ...places.map((place) => place % (bytes.byteLength + 1)), bytes.byteLength];
  edges.sort((a, b) => a - b);
  return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
}

const anyFrame = fc
  .record({
    type: fc.constantFrom(...Object.values(frameTypes), 99),
    flags: fc.nat(255),
    stream: fc.nat(2 ** 31 - 1),
    payload: fc.uint8Array({ maxLength: maxFrameBytes }),
  })
  .map(({ payload, ...head }) => createFrame(head, payload));

const ping = createFrame({ type: frameTypes.ping, flags: 0, stream: 0 }, Buffer.alloc(8, 1));
const data = (length: number, flags = 0): Buffer =>
  createFrame({ type: frameTypes.data, flags, stream: 1 }, Buffer.alloc(length, 2));

describe("push() of FrameSplitter", () => {
  it.each([true, false])(
    "gives the same frames however they are cut (pieces: %s)",
    (dataInPieces) => {
      fc.assert(
        fc.property(fc.array(anyFrame), fc.array(fc.nat()), (frames, places) => {
          const { frames: seen, rest } = split(cut(Buffer.concat(frames), places), {
            dataInPieces,
          });
          expect(seen.map(({ bytes }) => bytes)).toEqual(
            frames.map((each) => each.toString("hex")),
          );
          expect(rest).toBe("");
        }),
      );
    },
  );

  it("gives the head of a frame with its bytes", () => {
    const seen: Frame[] = [];
    const splitter = new FrameSplitter(
      {
        frame: (frame) => seen.push(frame),
        dataHead: () => {},
        dataPiece: () => {},
        tooLarge: () => {},
      },
      { maxFrameBytes, dataInPieces: true },
    );
    // The first bit of a stream's id means nothing.
    const bytes = Buffer.from("00000306ff80000102010203", "hex");
    splitter.push(bytes);
    expect(seen).toEqual([{ length: 3, type: 6, flags: 255, stream: 258, bytes }]);
  });

  it("gives DATA in the pieces in which it comes", () => {
    const chunks = cut(Buffer.concat([ping, data(50)]), [17 + 9 + 10, 17 + 9 + 30]);
    expect(split(chunks).frames).toEqual([
      { bytes: ping.toString("hex") },
      { bytes: data(50).toString("hex"), pieces: 3 },
    ]);
  });

  it.each([
    ["DATA with padding", data(50, frameFlags.padded), {}],
    ["DATA that is to be whole", data(50), { dataInPieces: false }],
  ])("gives %s as one frame", (_, frame, options) => {
    expect(split(cut(frame, [20]), options).frames).toEqual([{ bytes: frame.toString("hex") }]);
  });

  it("gives empty DATA as one empty piece", () => {
    expect(split([data(0)]).frames).toEqual([{ bytes: data(0).toString("hex"), pieces: 1 }]);
  });

  it.each([
    ["PING", createFrame({ type: frameTypes.ping, flags: 0, stream: 0 }, Buffer.alloc(101))],
    ["DATA", data(maxFrameBytes + 1)],
  ])("passes all bytes on from %s that is too large, and splits no more", (_, frame) => {
    const after = Buffer.concat([frame, ping]);
    for (const place of [ping.byteLength, ping.byteLength + 4, ping.byteLength + frameHeadBytes]) {
      const { frames, rest } = split(cut(Buffer.concat([ping, after]), [place, 60]));
      expect(frames).toEqual([{ bytes: ping.toString("hex") }]);
      expect(rest).toBe(after.toString("hex"));
    }
  });

  it("takes frames that are just as large as they may be", () => {
    const frames = [data(maxFrameBytes), ping];
    const { frames: seen, rest } = split([Buffer.concat(frames)]);
    expect(seen).toHaveLength(2);
    expect(rest).toBe("");
  });
});
