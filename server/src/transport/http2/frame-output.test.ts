import { describe, expect, it } from "vitest";
import { createCollectingSocket } from "../../../../test/support/collecting-socket.ts";
import { FrameOutput } from "./frame-output.ts";
import { createFrame, type Frame, type FrameHead, frameTypes, writeFrameHead } from "./frames.ts";

const ping = (byte: number): Buffer =>
  createFrame({ type: frameTypes.ping, flags: 0, stream: 0 }, Buffer.alloc(8, byte));

const headOf = (length: number): FrameHead => ({
  length,
  type: frameTypes.data,
  flags: 0,
  stream: 1,
});

/** The bytes of frames. */
const joined = (frames: readonly Frame[]): Buffer =>
  Buffer.concat(frames.map(({ bytes }) => bytes));

const fullBytes = 512 * 1024;

describe("add() of FrameOutput", () => {
  it("writes everything of a turn together, and nothing before its end", async () => {
    const { socket, frames } = createCollectingSocket();
    const output = new FrameOutput(socket);
    output.add(ping(1));
    output.add(ping(2));
    expect(frames).toHaveLength(0);
    await new Promise(setImmediate);
    expect(joined(frames)).toEqual(Buffer.concat([ping(1), ping(2)]));
  });

  it("keeps the order of frames of every size, whose memory may change after", async () => {
    const { socket, frames } = createCollectingSocket();
    const output = new FrameOutput(socket);
    const sizes = [1, 5000, 20_000, 3, 16_000, 40_000, 0];
    const given = sizes.map((size, index) => createFrame(headOf(size), Buffer.alloc(size, index)));
    const copies = given.map((frame) => Buffer.from(frame));
    for (const frame of given) {
      output.add(frame);
      frame.fill(255);
    }
    await new Promise(setImmediate);
    expect(joined(frames).equals(Buffer.concat(copies))).toBe(true);
  });
});

describe("addPayload() of FrameOutput", () => {
  it.each([0, 1, 16_383, 16_384, 100_000])(
    "writes a payload of %i bytes behind its head",
    (size) => {
      const { socket, frames } = createCollectingSocket();
      const output = new FrameOutput(socket);
      const payload = Buffer.alloc(size, 7);
      output.add(ping(1));
      output.addPayload(headOf(size), payload);
      output.add(ping(2));
      output.flush();
      const expected = [ping(1), createFrame(headOf(size), payload), ping(2)];
      expect(joined(frames).equals(Buffer.concat(expected))).toBe(true);
    },
  );

  it("tells when the system has a payload, and not before", async () => {
    const { socket, hold, release } = createCollectingSocket();
    const output = new FrameOutput(socket);
    let isWritten = false;
    hold();
    output.addPayload(headOf(3), Buffer.alloc(3), () => {
      isWritten = true;
    });
    await new Promise(setImmediate);
    expect(isWritten).toBe(false);
    release();
    await expect.poll(() => isWritten).toBe(true);
  });

  it("never tells so of a connection that has failed", async () => {
    const { socket, hold } = createCollectingSocket();
    const output = new FrameOutput(socket);
    let isWritten = false;
    hold();
    socket.on("error", () => {});
    output.addPayload(headOf(3), Buffer.alloc(3), () => {
      isWritten = true;
    });
    socket.destroy(new Error("gone"));
    await new Promise(setImmediate);
    expect([isWritten, output.isOpen]).toEqual([false, false]);
  });
});

describe("reserve() of FrameOutput", () => {
  it("gives room for bytes that are written in place", () => {
    const { socket, frames } = createCollectingSocket();
    const output = new FrameOutput(socket);
    output.add(ping(1));
    for (const size of [10, 30_000]) {
      const target = output.reserve(9 + size);
      const start = writeFrameHead(target, output.offset, headOf(size));
      output.advance(start + target.subarray(start, start + size).fill(5).byteLength);
    }
    output.flush();
    const parts = [10, 30_000].map((size) => createFrame(headOf(size), Buffer.alloc(size, 5)));
    expect(joined(frames).equals(Buffer.concat([ping(1), ...parts]))).toBe(true);
  });
});

describe("isFull of FrameOutput", () => {
  it("says that much waits for the client, until it has taken it", () => {
    const { socket, hold, release } = createCollectingSocket();
    const output = new FrameOutput(socket);
    hold();
    output.addPayload(headOf(fullBytes - 10), Buffer.alloc(fullBytes - 10));
    expect(output.isFull).toBe(false);
    output.add(ping(1));
    output.flush();
    expect(output.isFull).toBe(true);
    release();
    expect(output.isFull).toBe(false);
  });
});

describe("flush() of FrameOutput", () => {
  it("writes nothing to a connection that has ended", () => {
    const { socket, frames } = createCollectingSocket();
    const output = new FrameOutput(socket);
    output.add(ping(1));
    output.flush();
    socket.end();
    output.add(ping(2));
    output.flush();
    expect(joined(frames)).toEqual(ping(1));
    expect(output.isOpen).toBe(false);
  });
});
