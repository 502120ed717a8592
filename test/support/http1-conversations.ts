import { create, toBinary } from "@bufbuild/protobuf";
import { GetModelRequestSchema } from "@presage/gen/presage/v1/model_pb";

/** The path of the calls. */
export const path: string = "/presage.v1.ModelService/GetModel";

const json = "content-type: application/json\r\n";
const host = "host: a\r\n";

/** Writes a request in JSON; `length` is right unless told otherwise. */
export function post(headers = "", body = '{"model":"a"}', length?: number | string): string {
  const ofBody = `content-length: ${length ?? body.length}\r\n`;
  return `POST ${path} HTTP/1.1\r\n${host}${ofBody}${json}${headers}\r\n${body}`;
}

/** A call of the common form. */
export const call: string = post();
/** The body of its answer. */
export const callAnswer: string = '{"model":{"name":"a"}}';
/** A call that its connection ends with. */
export const last: string = post("connection: close\r\n");

const binary = toBinary(GetModelRequestSchema, create(GetModelRequestSchema, { model: "b" }));
const binaryText = Buffer.from(binary).toString("latin1");
const envelope = `\0\0\0\0${String.fromCharCode(binary.length)}${binaryText}`;

const as = (type: string, body: string): string =>
  post("", body).replace("application/json", `application/${type}`);

/** What a client sends at once before it ends with `last`, and how many of its calls are taken. */
export const conversations: readonly (readonly [name: string, bytes: string, taken: number])[] = [
  ["a call in JSON", call, 1],
  ["a call in binary", as("proto", binaryText), 1],
  ["a call over gRPC-Web", as("grpc-web+proto", envelope), 1],
  ["a call over gRPC", as("grpc", envelope), 0],
  ["another content type", as("x", "x"), 0],
  ["the same call again", call + call + call, 3],
  ["other calls", call + post("", '{"model":"bc"}') + post("", '{"model":"d"}') + call, 4],
  ["a call that fails", post("", '{"model":"fails"}') + call, 2],
  ["a large answer", post("", '{"model":"large300000"}') + call, 2],
  ["a compressed answer", post("accept-encoding: gzip\r\n", '{"model":"large9999"}') + call, 2],
  ["a call from an allowed origin", post("origin: https://app.example\r\n"), 1],
  ["a call from another origin", post("origin: https://other.example\r\n"), 1],
  ["a connection that is to be kept", post("Connection: Keep-Alive\r\n"), 1],
  ["names in capitals", call.replaceAll(/^[a-z-]+:/gm, (name) => name.toUpperCase()), 1],
  ["an odd name", post("x_!#$%&'*+-.^`|~9: 1\r\n"), 1],
  ["names that every object has", post("constructor: 1\r\n") + post("__proto__: 1\r\n"), 0],
  ["a deadline", post("connect-timeout-ms: 9000\r\n"), 1],
  ["a deadline that cannot be read", post("connect-timeout-ms: x\r\n"), 0],
  ["an empty body", post("", ""), 1],
  ["a body that is no JSON", post("", '{"model":') + call, 2],
  ["a field twice", post("", '{"model":"a","model":"b"}') + call, 2],
  ["a compressed request", post("content-encoding: gzip\r\n"), 0],
  ["an unknown method", call.replace("GetModel", "Nothing"), 0],
  ["an unknown service", call.replace("ModelService", "Nothing"), 0],
  ["a query", call.replace(path, `${path}?a=b`), 0],
  ["a whole URL", call.replace(path, `http://a${path}`), 0],
  ["a probe in between", `${call}GET /healthz HTTP/1.1\r\n${host}\r\n${call}`, 1],
  [
    "a preflight in between",
    `${call}OPTIONS ${path} HTTP/1.1\r\n${host}origin: https://app.example\r\n` +
      `access-control-request-method: POST\r\n\r\n${call}`,
    1,
  ],
  ["HTTP/1.0 that is kept", post("connection: keep-alive\r\n").replace("1.1", "1.0"), 0],
  [
    "a body in chunks",
    call +
      call
        .replace("content-length: 13", "transfer-encoding: chunked")
        .replace(/\{.*/, (body) => `d\r\n${body}\r\n0\r\n\r\n`),
    1,
  ],
  ["an expectation", post("expect: 100-continue\r\n"), 0],
  ["a trailer", post("trailer: x\r\n"), 0],
  ["two hosts", call + post("host: b\r\n"), 1],
  ["a header twice", call + post("x-a: 1\r\nx-a: 2\r\n"), 1],
  ["a content type twice", post("content-type: text/plain\r\n"), 0],
  ["many headers", post(Array.from({ length: 98 }, (_, n) => `x-${n}: 1\r\n`).join("")), 0],
  ["a zero ahead of the length", post("", undefined, "013"), 0],
  ["no space after a colon", call.replaceAll(": ", ":"), 1],
  ["spaces about a value", post("x-a: \t 1 \t\r\n"), 0],
  ["an empty header", post("x-a:\r\n"), 0],
  ["Latin-1 in a header", post("x-a: \xe4\r\n"), 0],
  ["an empty line ahead", `\r\n${call}`, 0],
  ["an empty line in between", `${call}\r\n${call}`, 1],
  ["a head that is as large as may be", post(`x-a: ${"x".repeat(32_000)}\r\n`), 1],
];

/** What a client sends once a call of it was answered: the connection ends with the answer. */
export const endings: readonly (readonly [name: string, bytes: string])[] = [
  ["the end of the connection", last],
  ["HTTP/1.0", call.replace("1.1", "1.0")],
  ["HTTP/1.2", call.replace("1.1", "1.2")],
  ["no host", call.replace(host, "")],
  ["no length", call.replace("content-length: 13\r\n", "")],
  ...["+13", "-1", "0xd", "13, 13", "13;", "1_3", "9".repeat(21), ""].map(
    (length) => [`the length ${JSON.stringify(length)}`, post("", undefined, length)] as const,
  ),
  ["a length twice", post("content-length: 13\r\n")],
  ["two lengths", post("content-length: 3\r\n")],
  ["a length and chunks", post("transfer-encoding: chunked\r\n", "0\r\n\r\n")],
  ["line feeds alone", call.replaceAll("\r\n", "\n")],
  ["a folded header", post("x-a: 1\r\n 2\r\n")],
  ["a space before a colon", post("x-a : 1\r\n")],
  ["a space ahead of a name", post(" x-a: 1\r\n")],
  ["a NUL in a header", post("x-a: 1\0\r\n")],
  ["a CR in a header", post("x-a: 1\r2\r\n")],
  ["a space in the path", call.replace(path, `${path} x`)],
  ["a method in small letters", call.replace("POST", "post")],
  ["a head that is too large", post(`x-a: ${"x".repeat(32 * 1024)}\r\n`)],
  ["nonsense", "nonsense\r\n\r\n"],
  ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
];
