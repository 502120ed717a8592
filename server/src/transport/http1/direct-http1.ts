import type net from "node:net";
import type { CallTaker } from "../exchange.ts";
import type { ListenerTimeouts } from "../handler.ts";
import { createAnswerWriter } from "./answer-writer.ts";
import { createDirectConnection } from "./direct-connection.ts";
import type { DirectConnection, DirectShared } from "./direct-shared.ts";

/** What connections that are read past Node's HTTP need. */
export interface DirectHttp1Options {
  readonly takeCall: CallTaker;
  readonly timeouts: ListenerTimeouts;
  /** Gives a connection to Node for good, what it has not read yet put back. */
  readonly leave: (socket: net.Socket) => void;
}

/** The connections whose calls of the common form are read past Node's HTTP. */
export interface DirectHttp1 {
  /** Takes over a connection. */
  adopt(socket: net.Socket): void;
  /** Makes every answer from now on say `connection: close`, and end its connection. */
  announceEnd(): void;
  /** Closes idle connections now, and the others after their answers. */
  closeWhenIdle(): void;
  /** Stops watching slow clients. */
  stop(): void;
}

/** The longest pause between two looks at slow clients, in milliseconds. */
const longestCheckMs = 5000;

/** Makes an empty set of connections. */
export function createDirectHttp1({ takeCall, timeouts, leave }: DirectHttp1Options): DirectHttp1 {
  const { headersMs, requestMs, keepAliveMs } = timeouts;
  const open = new Set<DirectConnection>();
  const shortest = Math.min(headersMs, requestMs, keepAliveMs > 0 ? keepAliveMs : requestMs);
  const checkMs = Math.min(longestCheckMs, Math.ceil(shortest / 4));
  const shared: DirectShared = {
    takeCall,
    answers: createAnswerWriter(keepAliveMs),
    checkMs,
    requestMs,
    keepAliveMs,
    ending: false,
    over: (connection: DirectConnection) => void open.delete(connection),
    leave,
  };
  // A timer for each request costs more.
  const interval = setInterval(() => {
    for (const connection of open) connection.check();
  }, checkMs);
  interval.unref();

  return {
    adopt(socket) {
      open.add(createDirectConnection(socket, shared));
    },
    announceEnd() {
      shared.ending = true;
    },
    closeWhenIdle() {
      for (const connection of open) connection.closeWhenIdle();
    },
    stop() {
      clearInterval(interval);
    },
  };
}
