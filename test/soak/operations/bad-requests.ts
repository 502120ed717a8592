import net from "node:net";
import { checkEqual, Unexpected } from "../expected.ts";
import { callHttp1, callHttp2, type HttpCall, jsonHeaders } from "../http-calls.ts";
import { pick } from "../random.ts";
import type { Operation, Setting } from "../setting.ts";

/** An HTTP request that must be answered with a status of refusal. */
interface BadCall extends HttpCall {
  readonly status: number;
}

const proto = { "content-type": "application/proto" } as const;

const badCalls: Readonly<Record<string, BadCall>> = {
  "JSON that ends early": { headers: jsonHeaders, body: "{", status: 400 },
  "JSON of another kind": { headers: jsonHeaders, body: "[1]", status: 400 },
  "no model and no rows": { headers: jsonHeaders, body: "{}", status: 400 },
  "a name given twice": {
    headers: jsonHeaders,
    body: '{"model": "iris", "rows": [{"sepal_length": 1, "sepal_length": 2}]}',
    status: 400,
  },
  "bytes that are no message": { headers: proto, body: Buffer.of(0x0a, 0x7f), status: 400 },
  "an unknown type of content": {
    headers: { "content-type": "text/plain" },
    body: "{}",
    status: 415,
  },
  "an unknown compression": {
    headers: { ...jsonHeaders, "content-encoding": "br" },
    body: "{}",
    status: 400,
  },
  "an unknown method": {
    path: "/presage.v1.InferenceService/Foretell",
    headers: jsonHeaders,
    body: "{}",
    status: 404,
  },
  "a deadline that is over": {
    headers: { ...jsonHeaders, "connect-timeout-ms": "0" },
    body: '{"model": "iris", "rows": [[1, 2, 3, 4]]}',
    status: 504,
  },
  "a deadline that is none": {
    headers: { ...jsonHeaders, "connect-timeout-ms": "soon" },
    body: '{"model": "iris", "rows": [[1, 2, 3, 4]]}',
    status: 400,
  },
};

/** What is no HTTP at all, with the status that a client is told before the connection ends. */
const garbage: Readonly<Record<string, number>> = {
  "\0\u0001\u0002\u0003": 400,
  "GET / HTP/1.1\r\n\r\n": 400,
  "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n": 400,
  [`GET / HTTP/1.1\r\nhost: a\r\nx: ${"a".repeat(40_000)}\r\n\r\n`]: 431,
};

/** Requests that no client of ours would make, over both versions of HTTP, and bytes that are no request. */
export function badRequestOperations({ url, port, random }: Setting): readonly Operation[] {
  const refused = Object.entries(badCalls).map(
    ([name, { status, ...call }]): Operation => ({
      name: `refused: ${name}`,
      weight: 1,
      timed: false,
      async run() {
        const answer = await (random() < 0.5 ? callHttp1(port, call) : callHttp2(url, call));
        checkEqual("status", answer.status, status);
        return 1;
      },
    }),
  );
  const nonsense: Operation = {
    name: "refused: bytes that are no request",
    weight: 1,
    timed: false,
    async run() {
      const [bytes, status] = pick(random, Object.entries(garbage));
      const text = await exchange(port, bytes);
      if (!text.startsWith(`HTTP/1.1 ${status} `))
        throw new Unexpected(`${JSON.stringify(text.slice(0, 20))} instead of status ${status}`);
      return 1;
    },
  };
  return [...refused, nonsense];
}

/** Sends bytes over a connection of their own, and gives all that comes until it ends. */
async function exchange(port: number, bytes: string): Promise<string> {
  const socket = net.connect({ host: "127.0.0.1", port });
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    text += chunk;
  });
  // What the server does not read any more may come back as a reset, after its answer.
  socket.on("error", () => {});
  socket.setTimeout(60_000, () => socket.destroy());
  socket.end(bytes, "latin1");
  await new Promise((resolve) => socket.once("close", resolve));
  return text;
}
