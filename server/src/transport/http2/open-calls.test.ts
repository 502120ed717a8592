import { describe, expect, it } from "vitest";
import {
  type CollectingSocket,
  createCollectingSocket,
} from "../../../../test/support/collecting-socket.ts";
import type { CallTaker, Exchange } from "../exchange.ts";
import type { CallStream } from "./call-stream.ts";
import { FrameOutput } from "./frame-output.ts";
import {
  errorCodes,
  frameHeadBytes,
  frameTypes,
  largestWindow,
  windowUpdateFrame,
} from "./frames.ts";
import { OpenCalls } from "./open-calls.ts";

const headers = { ":path": "/a.B/C" };
const patience = { requestChecks: 3, answerChecks: 5 };
const answer = { status: 200, contentType: "application/proto", body: [Buffer.alloc(100)] };

interface Bench {
  readonly calls: OpenCalls;
  readonly taken: readonly Exchange[];
  /** How many calls are over. */
  readonly closed: () => number;
  readonly open: (stream: number, sendWindow?: number) => CallStream;
  /** What was sent, each frame as text. */
  readonly sent: () => readonly string[];
}

function createBench(takeCall: CallTaker = () => true): Bench {
  const { socket, frames }: CollectingSocket = createCollectingSocket();
  const output = new FrameOutput(socket);
  const taken: Exchange[] = [];
  let closed = 0;
  const calls = new OpenCalls({
    output,
    takeCall(exchange) {
      taken.push(exchange);
      return takeCall(exchange);
    },
    streamWindowBytes: 1000,
    closed: () => {
      closed += 1;
    },
  });
  return {
    calls,
    taken,
    closed: () => closed,
    open(stream, sendWindow = 65_535) {
      calls.open(stream, headers);
      const call = calls.find(stream);
      if (call === undefined) throw new Error("no call");
      call.sendWindow = sendWindow;
      return call;
    },
    sent() {
      output.flush();
      return frames.map(({ type, stream, bytes }) =>
        type === frameTypes.resetStream
          ? `reset ${stream} ${bytes.readUInt32BE(frameHeadBytes)}`
          : `${type} ${stream}`,
      );
    },
  };
}

/** Looks at the calls so often; gives which look ended the last of them, or 0. */
function lookOften({ calls }: Bench, times: number): number {
  for (let look = 1; look <= times; look += 1) {
    calls.check(patience);
    if (calls.size === 0) return look;
  }
  return 0;
}

describe("open() of OpenCalls", () => {
  it("keeps a call that is taken, and no other", () => {
    const bench = createBench(({ path }) => path === "/taken");
    expect(bench.calls.open(1, headers)).toBe(false);
    expect(bench.calls.open(3, { ":path": "/taken" })).toBe(true);
    expect(bench.taken).toHaveLength(2);
    expect([bench.calls.size, bench.calls.find(1), bench.calls.find(3)?.id]).toEqual([
      1,
      undefined,
      3,
    ]);
  });
});

describe("check() of OpenCalls", () => {
  it("cancels a call whose request does not come", () => {
    const bench = createBench();
    bench.open(1);
    expect(lookOften(bench, 9)).toBe(4);
    expect(bench.sent()).toEqual([`reset 1 ${errorCodes.cancel}`]);
    expect([bench.closed(), bench.calls.wasReset(1)]).toEqual([1, true]);
  });

  it("cancels a call whose answer its client does not take", () => {
    const bench = createBench();
    const call = bench.open(1, 0);
    bench.calls.finish(call);
    call.send(answer);
    expect(lookOften(bench, 9)).toBe(6);
    expect(bench.sent().at(-1)).toBe(`reset 1 ${errorCodes.cancel}`);
  });

  it("leaves a call alone whose client takes its answer byte by byte", () => {
    const bench = createBench();
    const call = bench.open(1, 0);
    bench.calls.finish(call);
    call.send(answer);
    for (let bytes = 0; bytes < 90; bytes += 1) {
      expect(lookOften(bench, 5)).toBe(0);
      bench.calls.widen(call, 1);
    }
    expect(call.isClosed).toBe(false);
  });

  it("leaves a call alone whose method is at work", () => {
    const bench = createBench();
    bench.calls.finish(bench.open(1));
    expect(lookOften(bench, 100)).toBe(0);
  });
});

describe("receive() of OpenCalls", () => {
  it("opens the window again when half of it is used, and resets what goes beyond it", () => {
    const bench = createBench();
    const call = bench.open(1);
    bench.calls.receive(call, 499);
    expect(bench.sent()).toEqual([]);
    bench.calls.receive(call, 1);
    expect([bench.sent(), call.receiveWindow]).toEqual([[`${frameTypes.windowUpdate} 1`], 1000]);
    bench.calls.receive(call, 1001);
    expect(bench.sent().at(-1)).toBe(`reset 1 ${errorCodes.flowControlError}`);
    expect(call.isClosed).toBe(true);
  });

  it("opens it by what was used", () => {
    const { socket, frames } = createCollectingSocket();
    const output = new FrameOutput(socket);
    const calls = new OpenCalls({
      output,
      takeCall: () => true,
      streamWindowBytes: 1000,
      closed: () => {},
    });
    calls.open(1, headers);
    for (const bytes of [300, 301]) {
      const call = calls.find(1);
      if (call !== undefined) calls.receive(call, bytes);
    }
    output.flush();
    expect(frames.map(({ bytes }) => bytes)).toEqual([windowUpdateFrame(1, 601)]);
  });
});

describe("widen() of OpenCalls", () => {
  it("resets a call whose window becomes wider than one can be", () => {
    const bench = createBench();
    const call = bench.open(1, largestWindow - 5);
    bench.calls.widen(call, 5);
    expect(bench.sent()).toEqual([]);
    bench.calls.widen(call, 1);
    expect(bench.sent()).toEqual([`reset 1 ${errorCodes.flowControlError}`]);
  });
});

describe("wasReset() of OpenCalls", () => {
  it("knows the last 256 streams that were reset", () => {
    const { calls } = createBench();
    for (let stream = 1; stream <= 513; stream += 2) calls.noteReset(stream);
    expect([1, 3, 513, 515].map((stream) => calls.wasReset(stream))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});

describe("abandonAll() of OpenCalls", () => {
  it("ends every call, and tells of each", () => {
    const bench = createBench();
    const open = [1, 3, 5].map((stream) => bench.open(stream));
    bench.calls.abandonAll();
    expect(open.map(({ isClosed }) => isClosed)).toEqual([true, true, true]);
    expect([bench.calls.size, bench.closed(), bench.sent()]).toEqual([0, 3, []]);
  });
});

describe("finish() of OpenCalls", () => {
  it.each([
    ["as long as it says", "3", []],
    ["shorter", "4", [`reset 1 ${errorCodes.protocolError}`]],
    ["longer", "2", [`reset 1 ${errorCodes.protocolError}`]],
  ])("judges a request that is %s", (_, length, sent) => {
    const bench = createBench();
    bench.calls.open(1, { ...headers, "content-length": length });
    const call = bench.calls.find(1);
    call?.takeData(Buffer.alloc(3));
    if (call !== undefined) bench.calls.finish(call);
    expect(bench.sent()).toEqual(sent);
  });
});

describe("check() of OpenCalls", () => {
  it("cancels a call whose request comes drop by drop", () => {
    const bench = createBench();
    const call = bench.open(1);
    const looks = Array.from({ length: 9 }, () => {
      if (!call.isClosed) bench.calls.receive(call, 1);
      return lookOften(bench, 1);
    });
    expect(looks.indexOf(1)).toBe(3);
  });

  it("gives an answer all of its time that begins late and cannot be sent", () => {
    const bench = createBench();
    const call = bench.open(1, 0);
    bench.calls.finish(call);
    expect(lookOften(bench, 100)).toBe(0);
    call.send(answer);
    expect(lookOften(bench, 9)).toBe(6);
  });
});

describe("configure() of OpenCalls", () => {
  it("says whether a window became wider than one can be", () => {
    const bench = createBench();
    bench.open(1, largestWindow - 5);
    const settings = { frame: Buffer.alloc(0), maxFrameBytes: undefined };
    expect(bench.calls.configure({ ...settings, streamWindow: 65_540 })).toBe(true);
    expect(bench.calls.configure({ ...settings, streamWindow: 65_541 })).toBe(false);
  });
});
