import type net from "node:net";
import { Duplex } from "node:stream";
import { FrameSplitter } from "../../server/src/transport/http2/frame-splitter.ts";
import type { Frame } from "../../server/src/transport/http2/frames.ts";

/** The sending side of a connection, whose frames the test has at once. */
export interface CollectingSocket {
  /** To be written to; it can be nothing else that a socket can. */
  readonly socket: net.Socket;
  /** The frames that were written so far, in order. */
  readonly frames: readonly Frame[];
  /** Takes nothing more until it is told to. */
  readonly hold: () => void;
  /** Takes what was written meanwhile. */
  readonly release: () => void;
}

const largestFrame = 2 ** 24 - 1;

/** Makes a connection whose client takes everything. */
export function createCollectingSocket(): CollectingSocket {
  const frames: Frame[] = [];
  const splitter = new FrameSplitter(
    {
      frame: (frame) => frames.push(frame),
      dataHead: () => {},
      dataPiece: () => {},
      tooLarge: () => {},
    },
    { maxFrameBytes: largestFrame, dataInPieces: false },
  );
  let isHeld = false;
  let waiting: (() => void) | undefined;
  const stream = new Duplex({
    read() {},
    write(bytes: Buffer, _encoding, done) {
      const take = (): void => {
        // Its memory may be written again after this.
        splitter.push(Buffer.from(bytes));
        done();
      };
      if (isHeld) waiting = take;
      else take();
    },
  });
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
    socket: stream as net.Socket,
    frames,
    hold() {
      isHeld = true;
    },
    release() {
      isHeld = false;
      waiting?.();
      waiting = undefined;
    },
  };
}
