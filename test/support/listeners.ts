import { once } from "node:events";
import { readFileSync } from "node:fs";
import net from "node:net";
import type { TlsIdentity } from "../../server/src/transport/acceptor.ts";
import type { AnyResponse, Handler } from "../../server/src/transport/handler.ts";
import type { Listener, ListenerOptions } from "../../server/src/transport/listener.ts";
import { createListener } from "../../server/src/transport/listener.ts";
import type { ManualTimer } from "./manual-timer.ts";
import { createManualTimer } from "./manual-timer.ts";

const pem = (name: string): Buffer =>
  readFileSync(new URL(`../data/tls/localhost.${name}`, import.meta.url));

/** The certificate for `localhost` and `127.0.0.1` that tests serve with, and trust. */
export const identity: TlsIdentity = { cert: pem("crt"), key: pem("key") };

/** The options of a client that trusts `identity`. */
export const trusting: { readonly ca: string | Buffer; readonly servername: string } = {
  ca: identity.cert,
  servername: "localhost",
};

/** Answers with the version, the method and the host of the request. */
export const tellVersion: Handler = (request, response) => {
  response.setHeader("content-type", "text/plain");
  response.end(`HTTP/${request.httpVersion} ${request.method} ${request.headers.host}`);
};

/** Listeners on free ports of this machine, ended together. */
export interface Listeners {
  /** Starts one that answers with `tellVersion` unless told otherwise, and gives its port. */
  start(options?: Partial<ListenerOptions>): Promise<number>;
  /** How many connections are open. */
  connections(): number;
  /** Cuts every connection. */
  stopAll(): Promise<void>;
}

/** Creates an empty set of listeners. */
export function createListeners(): Listeners {
  let running: Listener[] = [];
  return {
    async start(options = {}) {
      const listener = createListener({
        host: "127.0.0.1",
        port: 0,
        handler: tellVersion,
        drainGraceMs: 0,
        ...options,
      });
      const { port } = await listener.listen();
      running.push(listener);
      return port;
    },
    connections: () => running.reduce((sum, listener) => sum + listener.connections(), 0),
    async stopAll() {
      await Promise.all(running.map((listener) => listener.drain(0)));
      running = [];
    },
  };
}

/** Ports whose connections a listener adopts. */
export interface Fronts {
  /** Opens one on 127.0.0.1, and gives its number. */
  open(listener: Listener): Promise<number>;
  /** Refuses connections on all of them. */
  closeAll(): void;
}

/** Creates an empty set of fronts. */
export function createFronts(): Fronts {
  let servers: net.Server[] = [];
  return {
    async open(listener) {
      const front = net.createServer((socket) => listener.adopt(socket));
      servers.push(front);
      await once(front.listen(0, "127.0.0.1"), "listening");
      const address = front.address();
      if (address === null || typeof address === "string") throw new Error("no TCP address");
      return address.port;
    },
    closeAll() {
      for (const server of servers) server.close();
      servers = [];
    },
  };
}

/** A listener whose drain and whose calls to `/slow` the test drives. */
export interface DrainBench {
  readonly listener: Listener;
  readonly port: number;
  readonly timer: ManualTimer;
  /** Resolves with the next call to `/slow`, which then waits for its answer. */
  nextSlow(): Promise<AnyResponse>;
}

/** Starts a listener that answers `quick` to everything but `/slow`. */
export async function startDrainBench(options: Partial<ListenerOptions> = {}): Promise<DrainBench> {
  const timer = createManualTimer();
  const waiting: ((response: AnyResponse) => void)[] = [];
  const handler: Handler = (request, response) => {
    if (request.url === "/slow") waiting.shift()?.(response);
    else response.end("quick");
  };
  const listener = createListener({ host: "127.0.0.1", port: 0, handler, timer, ...options });
  const { port } = await listener.listen();
  const nextSlow = (): Promise<AnyResponse> =>
    new Promise((resolve) => {
      waiting.push(resolve);
    });
  return { listener, port, timer, nextSlow };
}
