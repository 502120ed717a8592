import type net from "node:net";
import tls from "node:tls";
import { sniff } from "./sniff.ts";

/** A certificate with its key, in PEM. */
export interface TlsIdentity {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** Where an acceptor takes its connections. */
export interface AcceptorOptions {
  /** Serves TLS and nothing else on the port; cleartext otherwise. */
  readonly tls?: TlsIdentity;
  /** Milliseconds that a client has to show its protocol, and again for its TLS handshake. */
  readonly handshakeMs: number;
  /** Takes over a connection that speaks HTTP/1.1. */
  readonly http1: (socket: net.Socket) => void;
  /** Takes over a connection that speaks HTTP/2. */
  readonly http2: (socket: net.Socket) => void;
}

/** Sorts new connections by the protocol that they speak. */
export interface Acceptor {
  /** Reads the first bytes of a connection and hands it on, the bytes put back. */
  accept(socket: net.Socket): void;
  /** Drops the connections that have not shown their protocol yet. */
  dropUndecided(): void;
}

/** Milliseconds that a refused client has to read why. */
const refusalMs = 1000;

const ignoreError = (): void => {};

/**
 * Creates the acceptor of a port. A client of the wrong kind gets a short HTTP/1.1 400 text. That
 * is right for TLS clients on a cleartext port too: curl, OpenSSL and Python then report "wrong
 * version number" and Go names the plain HTTP answer, the messages people know for this mistake,
 * whereas a TLS alert such as protocol_version sends them after TLS versions.
 */
export function createAcceptor(options: AcceptorOptions): Acceptor {
  const undecided = new Set<net.Socket>();
  const tlsServer = options.tls && createTlsServer(options.tls, options.handshakeMs, acceptSecure);

  /** Collects bytes aside until they tell the protocol, then puts all of them back. */
  function watch(socket: net.Socket, decided: (kind: DecidedKind) => void): void {
    const timer = setTimeout(() => socket.destroy(), options.handshakeMs);
    undecided.add(socket);
    let seen: Buffer = Buffer.alloc(0);

    const settle = (): void => {
      clearTimeout(timer);
      undecided.delete(socket);
    };
    const end = (): void => void socket.end();
    const peek = (chunk: Buffer): void => {
      seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
      const { kind } = sniff(seen);
      if (kind === "undecided") return;
      settle();
      socket.off("data", peek).off("end", end).off("close", settle);
      socket.pause();
      socket.unshift(seen);
      decided(kind);
    };
    socket.on("error", ignoreError).on("data", peek).once("end", end).once("close", settle);
  }

  function acceptSecure(socket: tls.TLSSocket): void {
    socket.on("error", ignoreError);
    if (socket.alpnProtocol === "h2") options.http2(socket);
    else if (socket.alpnProtocol === "http/1.1") takeHttp1(socket);
    else watch(socket, (kind) => handOver(socket, kind));
  }

  function takeHttp1(socket: net.Socket): void {
    options.http1(socket);
    // Node's parser reads from the native socket, past its stream, unless somebody else listens
    // too. Of a TLS socket that goes wrong: bytes decrypted together still come after the parser
    // has paused, which then calls them a mistake of the client (HPE_PAUSED).
    if (socket instanceof tls.TLSSocket) socket.on("data", ignoreData);
    socket.resume();
  }

  function handOver(socket: net.Socket, kind: DecidedKind): void {
    if (kind === "http1") takeHttp1(socket);
    else if (kind === "http2") options.http2(socket);
    else refuse(socket, refusals[kind]);
  }

  return {
    accept(socket) {
      watch(socket, (kind) => {
        if (tlsServer === undefined) handOver(socket, kind);
        else if (kind === "tls") tlsServer.emit("connection", socket);
        else refuse(socket, kind === "unknown" ? refusals.unknown : refusals.cleartext);
      });
    },
    dropUndecided() {
      for (const socket of undecided) socket.destroy();
    },
  };
}

type DecidedKind = Exclude<ReturnType<typeof sniff>["kind"], "undecided">;

const ignoreData = (): void => {};

const refusals = {
  tls: "This port speaks cleartext HTTP/1.1 and HTTP/2, not TLS.\n",
  cleartext: "This port speaks TLS; use https.\n",
  unknown: "This port speaks HTTP/1.1 and HTTP/2.\n",
} as const;

function refuse(socket: net.Socket, text: string): void {
  socket.resume();
  socket.end(badRequest(text));
  const timer = setTimeout(() => socket.destroy(), refusalMs);
  timer.unref();
  socket.once("close", () => clearTimeout(timer));
}

const badRequest = (text: string): string =>
  `HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\n` +
  `content-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`;

/** A TLS server that never listens: it is given sockets whose first bytes were seen already. */
function createTlsServer(
  identity: TlsIdentity,
  handshakeMs: number,
  secured: (socket: tls.TLSSocket) => void,
): tls.Server {
  const server = tls.createServer({
    cert: identity.cert,
    key: identity.key,
    ALPNProtocols: ["h2", "http/1.1"],
    handshakeTimeout: handshakeMs,
  });
  server.on("secureConnection", secured);
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  return server;
}
