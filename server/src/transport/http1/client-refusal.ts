import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

/** Milliseconds that a client has to read why its request was refused. */
const refusalMs = 1000;

/** Refuses the request of a client, and ends its connection. */
export function refuseClient(socket: Duplex, status: number): void {
  const reason = STATUS_CODES[status] ?? "";
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  const timer = setTimeout(() => socket.destroy(), refusalMs);
  timer.unref();
  socket.once("close", () => clearTimeout(timer));
}
