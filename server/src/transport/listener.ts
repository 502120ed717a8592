import type net from "node:net";
import type { TlsIdentity } from "./acceptor.ts";
import { createAcceptor } from "./acceptor.ts";
import type { CallTaker } from "./exchange.ts";
import type { Handler, ListenerTimeouts } from "./handler.ts";
import { defaultTimeouts, guardHandler } from "./handler.ts";
import { createHttp1Server } from "./http1-server.ts";
import type { Http2Limits } from "./http2-limits.ts";
import { defaultHttp2Limits } from "./http2-limits.ts";
import type { StreamHandler } from "./http2-server.ts";
import { createHttp2Server } from "./http2-server.ts";
import { createPort } from "./port.ts";
import type { DrainReport, Timer } from "./shutdown.ts";
import { drainConnections } from "./shutdown.ts";

/** What a listener needs. */
export interface ListenerOptions {
  /** The address to listen on, for example `127.0.0.1`; `::` takes IPv4 and IPv6. */
  readonly host: string;
  /** The port to listen on; 0 takes a free one. */
  readonly port: number;
  /** Speaks TLS, and only TLS, with this identity; cleartext without it. */
  readonly tls?: TlsIdentity | undefined;
  /** Takes calls straight from their connections, past Node's own HTTP; none by default. */
  readonly takeCall?: CallTaker | undefined;
  /** Answers every request that neither `takeCall` nor `takeStream` does. */
  readonly handler: Handler;
  /** Is told what the handler threw, which it should not; the client has its 500 then. */
  readonly handlerFailed?: ((error: unknown) => void) | undefined;
  /** Takes HTTP/2 calls past Node's compatibility layer; none by default. */
  readonly takeStream?: StreamHandler | undefined;
  /** How long clients may take. @default defaultTimeouts */
  readonly timeouts?: Partial<ListenerTimeouts> | undefined;
  /** The bounds of one HTTP/2 connection. @default defaultHttp2Limits */
  readonly http2?: Partial<Http2Limits> | undefined;
  /**
   * Milliseconds between telling clients that the end is near and closing what is idle.
   * @default 500
   */
  readonly drainGraceMs?: number | undefined;
  /** Times the steps of the drain. @default systemTimer */
  readonly timer?: Timer | undefined;
}

/** One port that speaks HTTP/1.1 and HTTP/2, in cleartext or in TLS. */
export interface Listener {
  /** Starts to listen and tells where; rejects with Node's error, `EADDRINUSE` for example. */
  listen(): Promise<{ readonly host: string; readonly port: number }>;
  /** Serves a connection that somebody else accepted as one of its own; closes it during a drain. */
  adopt(socket: net.Socket): void;
  /** How many connections are open. */
  connections(): number;
  /**
   * Ends the listener in order: refuses new connections, asks clients to leave, answers the calls
   * under way, and cuts what is left after `deadlineMs` milliseconds. It never rejects; a second
   * call tells of the first.
   */
  drain(deadlineMs: number): Promise<DrainReport>;
}

const defaultGraceMs = 500;

const doNothing = (): void => {};

/** Creates a listener that does not listen yet. */
export function createListener(options: ListenerOptions): Listener {
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const sockets = new Set<net.Socket>();
  const handler = guardHandler(options.handler, options.handlerFailed ?? doNothing);
  const http1 = createHttp1Server({ handler, takeCall: options.takeCall, timeouts });
  const http2 = createHttp2Server({
    handler,
    takeCall: options.takeCall,
    takeStream: options.takeStream,
    timeouts,
    limits: { ...defaultHttp2Limits, ...options.http2 },
  });
  const acceptor = createAcceptor({
    ...(options.tls && { tls: options.tls }),
    handshakeMs: timeouts.handshakeMs,
    http1: (socket) => http1.adopt(socket),
    http2: (socket) => http2.adopt(socket),
  });
  /** Is called when the last connection has closed, once nobody can open another one. */
  let emptied = doNothing;
  const take = (socket: net.Socket): void => {
    sockets.add(socket);
    socket.once("close", () => {
      sockets.delete(socket);
      if (sockets.size === 0) emptied();
    });
    acceptor.accept(socket);
  };
  const port = createPort({ host: options.host, port: options.port, take });

  const steps = {
    stopAccepting(whenEmpty: () => void): number {
      const open = sockets.size;
      port.close(() => {
        emptied = () => {
          http1.stop();
          http2.stop();
          whenEmpty();
        };
        // Those that were adopted are none of the port's.
        if (sockets.size === 0) emptied();
      });
      return open;
    },
    announceEnd(): void {
      http1.announceEnd();
      http2.announceEnd();
    },
    closeWhenIdle(): void {
      acceptor.dropUndecided();
      http1.closeWhenIdle();
      http2.closeWhenIdle();
    },
    cut(): number {
      const left = sockets.size;
      for (const socket of sockets) socket.destroy();
      return left;
    },
  };
  let draining: Promise<DrainReport> | undefined;

  return {
    listen() {
      return port.open();
    },
    adopt(socket) {
      if (draining !== undefined) {
        socket.destroy();
        return;
      }
      socket.allowHalfOpen = true;
      take(socket);
    },
    connections() {
      return sockets.size;
    },
    drain(deadlineMs) {
      const graceMs = options.drainGraceMs ?? defaultGraceMs;
      draining ??= drainConnections(steps, { graceMs, deadlineMs }, options.timer);
      return draining;
    },
  };
}
