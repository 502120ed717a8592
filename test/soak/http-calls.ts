import http from "node:http";
import { gzipSync } from "node:zlib";
import { request2, type Session2, session2, type TextAnswer } from "../support/sockets.ts";
import type { Question } from "./questions.ts";

/** The path of Predict. */
export const predictPath = "/presage.v1.InferenceService/Predict";

/** The headers of Connect's JSON. */
export const jsonHeaders: Readonly<Record<string, string>> = { "content-type": "application/json" };

/** The body of a request as Connect's JSON has it. */
export function jsonBody({ model, asked, rows }: Question): string {
  return JSON.stringify({ model, version: asked, rows });
}

/** The same, compressed. */
export function zippedBody(question: Question): Buffer {
  return gzipSync(jsonBody(question));
}

/** The rows of an answer in JSON. Throws if it is none. */
export function readRows({
  status,
  body,
}: Pick<TextAnswer, "status" | "body">): readonly Record<string, unknown>[] {
  if (status !== 200) throw new Error(`status ${status}: ${body}`);
  return (JSON.parse(body) as { readonly rows: readonly Record<string, unknown>[] }).rows;
}

/** One call over a connection of its own. */
export interface HttpCall {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

/** How long a call over a connection of its own may take. */
const patienceMs = 60_000;

/** Sends one HTTP/1.1 request over a connection of its own. */
export function callHttp1(
  port: number,
  { method = "POST", path = predictPath, headers = {}, body }: HttpCall,
): Promise<TextAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<TextAnswer>();
  const options = {
    host: "127.0.0.1",
    port,
    method,
    path,
    headers,
    agent: false,
    timeout: patienceMs,
  } as const;
  const request = http.request(options, (response) => {
    let text = "";
    response.setEncoding("latin1").on("data", (chunk: string) => {
      text += chunk;
    });
    response.on("error", reject).on("end", () => {
      const { statusCode = 0, trailers } = response;
      resolve({ status: statusCode, headers: response.headers, body: text, trailers });
    });
  });
  request
    .on("error", reject)
    .on("timeout", () => request.destroy(new Error("no answer in a minute")))
    .end(body);
  return promise;
}

/** Opens an HTTP/2 connection for one thing, and closes it after that. */
export async function withHttp2<Result>(
  url: string,
  act: (session: Session2) => Promise<Result>,
): Promise<Result> {
  const session = session2(url);
  session.setTimeout(patienceMs, () => session.destroy());
  try {
    return await act(session);
  } finally {
    session.destroy();
  }
}

/** Sends one request over an HTTP/2 connection. */
export function callOn(
  session: Session2,
  { method = "POST", path = predictPath, headers = {}, body }: HttpCall,
): Promise<TextAnswer> {
  return request2(session, { ":method": method, ":path": path, ...headers }, body);
}

/** Sends one request over an HTTP/2 connection of its own. */
export function callHttp2(url: string, call: HttpCall): Promise<TextAnswer> {
  return withHttp2(url, (session) => callOn(session, call));
}
