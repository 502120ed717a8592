import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import net from "node:net";

/** What a client read of an HTTP answer. */
export interface TextAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly trailers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Reads a connection to its end and gives what came as text. */
export async function readAll(socket: net.Socket): Promise<string> {
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    text += chunk;
  });
  socket.on("end", () => socket.end());
  await new Promise((resolve) => socket.once("close", resolve));
  return text;
}

/** Reads from a connection until the text holds a string. */
export function readUntil(socket: net.Socket, wanted: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const take = (chunk: Buffer): void => {
      text += chunk.toString("latin1");
      if (!text.includes(wanted)) return;
      socket.off("data", take);
      resolve(text);
    };
    socket
      .on("data", take)
      .once("close", () => reject(new Error(`closed after ${JSON.stringify(text)}`)));
  });
}

/** Opens a TCP connection; that it breaks shows as its end. */
export async function open(port: number): Promise<net.Socket> {
  const socket = net.connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Sends one HTTP/1.1 request with `node:http`. */
export function request1(
  port: number,
  options: http.RequestOptions = {},
  body?: Buffer | string,
): Promise<TextAnswer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: "127.0.0.1", port, ...options }, (response) => {
      let text = "";
      response.setEncoding("latin1").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", reject).on("end", () => {
        const { statusCode = 0, headers, trailers } = response;
        resolve({ status: statusCode, headers, body: text, trailers });
      });
    });
    request.on("error", reject).end(body);
  });
}

/** Opens an HTTP/2 connection whose errors show on its calls. */
export function session2(url: string, options?: http2.SecureClientSessionOptions): Session2 {
  const session = options === undefined ? http2.connect(url) : http2.connect(url, options);
  return session.on("error", () => {});
}

/** A client's HTTP/2 connection. */
export type Session2 = http2.ClientHttp2Session;

/** Sends one request on an HTTP/2 connection; with `body` left out the request has none. */
export function request2(
  session: Session2,
  headers: http2.OutgoingHttpHeaders = {},
  body?: Buffer | string,
): Promise<TextAnswer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":path": "/", ...headers }, { endStream: body === undefined });
    let text = "";
    let head: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader = {};
    let trailers: http2.IncomingHttpHeaders = {};
    stream.on("response", (received) => {
      head = received;
    });
    stream.on("trailers", (received) => {
      trailers = received;
    });
    stream.setEncoding("latin1").on("data", (chunk: string) => {
      text += chunk;
    });
    stream.on("error", reject).on("close", () => {
      const status = head[":status"];
      if (status === undefined) reject(new Error(`closed with code ${stream.rstCode}`));
      else resolve({ status, headers: head, body: text, trailers });
    });
    if (body !== undefined) stream.end(body);
  });
}
