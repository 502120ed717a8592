import { describe, expect, it } from "vitest";
import { type ClientSettings, readSettings } from "./client-settings.ts";
import { createFrame, frameFlags, frameTypes, readFrameHead } from "./frames.ts";

function read(payload: Buffer, flags = 0, stream = 0): ClientSettings | undefined {
  const bytes = createFrame({ type: frameTypes.settings, flags, stream }, payload);
  return readSettings({ ...readFrameHead(bytes, 0), bytes });
}

const setting = (id: number, value: number): Buffer => {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(id);
  bytes.writeUInt32BE(value, 2);
  return bytes;
};

const noTable = setting(1, 0);

describe("readSettings()", () => {
  it.each([
    ["nothing", [], [], undefined, undefined],
    ["a table of headers", [setting(1, 4096)], [], undefined, undefined],
    ["a window", [setting(4, 7)], [setting(4, 7)], 7, undefined],
    [
      "the largest window",
      [setting(4, 2 ** 31 - 1)],
      [setting(4, 2 ** 31 - 1)],
      2 ** 31 - 1,
      undefined,
    ],
    [
      "the last of two windows",
      [setting(4, 7), setting(4, 8)],
      [setting(4, 7), setting(4, 8)],
      8,
      undefined,
    ],
    ["frames", [setting(5, 20_000)], [setting(5, 20_000)], undefined, 20_000],
    ["large frames", [setting(5, 2 ** 24 - 1)], [setting(5, 2 ** 24 - 1)], undefined, 2 ** 18],
    ["frames that are too small", [setting(5, 1)], [setting(5, 1)], undefined, 2 ** 14],
    [
      "many things",
      [
        setting(2, 0),
        setting(1, 9),
        setting(3, 5),
        setting(4, 6),
        setting(5, 30_000),
        setting(99, 9),
      ],
      [setting(2, 0), setting(3, 5), setting(4, 6), setting(5, 30_000), setting(99, 9)],
      6,
      30_000,
    ],
  ])("reads %s, and tells Node's HTTP/2 of no table", (_, given, kept, window, frames) => {
    const settings = read(Buffer.concat(given));
    expect(settings).toEqual({
      frame: createFrame(
        { type: frameTypes.settings, flags: 0, stream: 0 },
        Buffer.concat([noTable, ...kept]),
      ),
      streamWindow: window,
      maxFrameBytes: frames,
    });
  });

  it("never takes a window for wider than one can be", () => {
    expect(read(setting(4, 2 ** 32 - 1))?.streamWindow).toBe(2 ** 31 - 1);
  });

  it.each([
    ["an acknowledgement", Buffer.alloc(0), frameFlags.ack, 0],
    ["a stream's", setting(4, 7), 0, 1],
    ["a setting that is cut off", setting(4, 7).subarray(0, 5), 0, 0],
  ])("leaves %s to Node's HTTP/2", (_, payload, flags, stream) => {
    expect(read(payload, flags, stream)).toBeUndefined();
  });
});
