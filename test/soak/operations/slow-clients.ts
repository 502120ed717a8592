import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { breastCancerRows } from "../../support/recorded.ts";
import { readAll } from "../../support/sockets.ts";
import { checkEqual, checkRows, Unexpected } from "../expected.ts";
import { callOn, jsonBody, jsonHeaders, predictPath, readRows, withHttp2 } from "../http-calls.ts";
import { askAny, type Question } from "../questions.ts";
import { below, pick } from "../random.ts";
import type { Operation, Setting } from "../setting.ts";

/** A slow client takes so long for its request or its answer, in steps. */
const slowness = { steps: 10, stepMs: 300 } as const;
/** A connection is left for at most so long, unless it is the server that has to end it. */
const leftMs = 8000;
/** The server closes a connection that says nothing after ten seconds. */
const silentMs = 30_000;

/** Clients that take their time: slow senders, slow readers, and connections that are opened and left. */
export function slowClientOperations({ url, port, random }: Setting): readonly Operation[] {
  return [
    {
      name: "slow body, HTTP/1.1",
      weight: 1,
      timed: false,
      async run() {
        const question = askAny(random);
        const text = await sendSlowly(port, question);
        checkRows(question, readRows({ status: 200, body: text }));
        return 1;
      },
    },
    {
      name: "slow body, HTTP/2",
      weight: 1,
      timed: false,
      run: () =>
        withHttp2(url, async (session) => {
          const question = askAny(random);
          const stream = session.request({
            ":method": "POST",
            ":path": predictPath,
            ...jsonHeaders,
          });
          const text = Array.fromAsync(stream.setEncoding("utf8"));
          for (const part of partsOf(jsonBody(question))) {
            stream.write(part);
            await sleep(slowness.stepMs);
          }
          stream.end();
          checkRows(question, readRows({ status: 200, body: (await text).join("") }));
          return 1;
        }),
    },
    {
      name: "slow reader",
      weight: 1,
      timed: false,
      run: () => readSlowly(url),
    },
    {
      name: "connection opened and left",
      weight: 1,
      timed: false,
      async run() {
        const beginning = pick(random, ["", "P", "GE"]);
        const socket = net.connect({ host: "127.0.0.1", port, allowHalfOpen: true });
        socket.on("error", () => {});
        socket.setTimeout(silentMs, () => socket.destroy(new Error("left open")));
        socket.write(beginning);
        const text = await readAll(socket);
        checkEqual("what is told to nobody", text, "");
        return 1;
      },
    },
    {
      name: "connection left for a while, then used",
      weight: 1,
      timed: false,
      run: () =>
        withHttp2(url, async (session) => {
          await sleep(below(random, leftMs));
          const question = askAny(random);
          const call = { headers: jsonHeaders, body: jsonBody(question) };
          checkRows(question, readRows(await callOn(session, call)));
          return 1;
        }),
    },
    {
      name: "connection closed by its client",
      weight: 1,
      timed: false,
      async run() {
        const socket = net.connect({ host: "127.0.0.1", port });
        socket.on("error", () => {});
        socket.write(
          "POST /presage.v1.InferenceService/Predict HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{",
        );
        await sleep(below(random, 3000));
        if (random() < 0.5) socket.destroy();
        else socket.resetAndDestroy();
        return 1;
      },
    },
  ];
}

function partsOf(text: string): readonly string[] {
  const length = Math.ceil(text.length / slowness.steps);
  return Array.from({ length: slowness.steps }, (_, part) =>
    text.slice(part * length, (part + 1) * length),
  );
}

async function sendSlowly(port: number, question: Question): Promise<string> {
  const body = jsonBody(question);
  const headers = { ...jsonHeaders, "content-length": String(Buffer.byteLength(body)) };
  const options = {
    host: "127.0.0.1",
    port,
    method: "POST",
    path: predictPath,
    headers,
    agent: false,
  } as const;
  const request = http.request(options);
  const answered = once(request, "response") as Promise<[http.IncomingMessage]>;
  // It is awaited after the last part; until then nobody else hears of a failure.
  answered.catch(() => {});
  for (const part of partsOf(body)) {
    request.write(part);
    await sleep(slowness.stepMs);
  }
  request.end();
  const [response] = await answered;
  const text = (await Array.fromAsync(response.setEncoding("utf8"))).join("");
  checkEqual("status", response.statusCode, 200);
  return text;
}

/** Reads an answer of 513 rows, which is larger than the window, piece by piece. */
async function readSlowly(url: string): Promise<number> {
  const { rows, labels } = breastCancerRows();
  return withHttp2(url, async (session) => {
    const stream = session.request({ ":method": "POST", ":path": predictPath, ...jsonHeaders });
    stream.end(JSON.stringify({ model: "breast-cancer", version: "1", rows }));
    const parts: string[] = [];
    for await (const part of stream.setEncoding("utf8")) {
      parts.push(String(part));
      await sleep(slowness.stepMs);
    }
    const answered = readRows({ status: 200, body: parts.join("") }).map(({ label }) => label);
    if (String(answered) !== String(labels["1"]))
      throw new Unexpected("a slow reader has other rows");
    return 1;
  });
}
