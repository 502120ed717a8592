import * as http from "node:http";
import * as http2 from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { createFakeServer, type FakeServer } from "./fake-server.ts";

/** A fake server on a port of its own. */
export interface Listening {
  readonly server: FakeServer;
  readonly baseUrl: string;
  /** Closes all connections. */
  readonly disconnect: () => void;
  /** Closes the connection of the next call, once, as soon as the call has come. */
  readonly breakNext: () => void;
  readonly stop: () => void;
}

/** Listens with one version of HTTP. */
export async function listenFake(httpVersion: "1.1" | "2"): Promise<Listening> {
  const server = createFakeServer();
  const adapter = connectNodeAdapter({ routes: server.routes });
  const sockets = new Set<Socket>();
  const disconnect = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  let breaking = false;
  const handler: typeof adapter = (request, response) => {
    if (breaking) disconnect();
    else adapter(request, response);
    breaking = false;
  };
  const listener = httpVersion === "2" ? http2.createServer(handler) : http.createServer(handler);
  listener.on("connection", (socket: Socket) => sockets.add(socket));
  const listening = Promise.withResolvers<void>();
  listener.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listener on a port has one
  const { port } = listener.address() as AddressInfo;
  return {
    server,
    baseUrl: `http://127.0.0.1:${port}`,
    disconnect,
    breakNext() {
      breaking = true;
    },
    stop() {
      disconnect();
      listener.close();
    },
  };
}
