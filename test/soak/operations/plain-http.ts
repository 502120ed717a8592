import { create, fromBinary, toBinary, toJsonString } from "@bufbuild/protobuf";
import { PredictRequestSchema, PredictResponseSchema } from "@presage/gen/presage/v1/inference_pb";
import { checkEqual, checkRows, Unexpected } from "../expected.ts";
import {
  callHttp1,
  callHttp2,
  jsonBody,
  jsonHeaders,
  predictPath,
  readRows,
  zippedBody,
} from "../http-calls.ts";
import { askAny, type Question } from "../questions.ts";
import { pick } from "../random.ts";
import type { Operation, Setting } from "../setting.ts";

/** What asks a question by plain HTTP, without a client's help, and gives the rows of the answer. */
type Way = (setting: Setting, question: Question) => Promise<readonly Record<string, unknown>[]>;

const ways: Readonly<Record<string, Way>> = {
  "JSON, HTTP/1.1": async ({ port }, question) =>
    readRows(await callHttp1(port, { headers: jsonHeaders, body: jsonBody(question) })),
  "JSON, HTTP/2": async ({ url }, question) =>
    readRows(await callHttp2(url, { headers: jsonHeaders, body: jsonBody(question) })),
  "compressed JSON": async ({ port }, question) => {
    const headers = { ...jsonHeaders, "content-encoding": "gzip" };
    return readRows(await callHttp1(port, { headers, body: zippedBody(question) }));
  },
  "JSON in chunks": async ({ port }, question) => {
    const headers = { ...jsonHeaders, "transfer-encoding": "chunked" };
    return readRows(await callHttp1(port, { headers, body: jsonBody(question) }));
  },
  GET: async ({ port }, question) => {
    const query = new URLSearchParams({
      connect: "v1",
      encoding: "json",
      message: jsonBody(question),
    });
    return readRows(
      await callHttp1(port, { method: "GET", path: `${predictPath}?${query.toString()}` }),
    );
  },
  "gRPC-Web as text": async ({ port }, question) => {
    const headers = { "content-type": "application/grpc-web-text" };
    const { status, body } = await callHttp1(port, { headers, body: textFrame(question) });
    checkEqual("status", status, 200);
    return readTextFrame(body);
  },
};

/** Predictions by plain HTTP, each over a connection of its own; and what is not a call. */
export function plainHttpOperations(setting: Setting): readonly Operation[] {
  const predictions = Object.entries(ways).map(
    ([name, send]): Operation => ({
      name,
      weight: 1,
      timed: true,
      async run() {
        const question = askAny(setting.random);
        checkRows(question, await send(setting, question));
        return 1;
      },
    }),
  );
  return [
    ...predictions,
    { name: "pages and probes", weight: 2, timed: false, run: () => readPage(setting) },
  ];
}

async function readPage({ port, random }: Setting): Promise<number> {
  const path = pick(random, ["/readyz", "/healthz", "/metrics", "/openapi.json", "/nothing"]);
  const { status } = await callHttp1(port, { method: "GET", path });
  checkEqual(`status of ${path}`, status, path === "/nothing" ? 404 : 200);
  return 1;
}

/** The question as a message with its length before it, in base64. */
function textFrame({ model, asked, rows }: Question): string {
  const values = rows.map((row) => ({
    kind: { case: "listValue" as const, value: { values: row.map(cellValue) } },
  }));
  const request = create(PredictRequestSchema, { model, version: asked, rows: values });
  const message = toBinary(PredictRequestSchema, request);
  const frame = Buffer.alloc(5 + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame.toString("base64");
}

function cellValue(cell: Question["rows"][number][number]): object {
  switch (typeof cell) {
    case "number":
      return { kind: { case: "numberValue", value: cell } };
    case "string":
      return { kind: { case: "stringValue", value: cell } };
    case "boolean":
      return { kind: { case: "boolValue", value: cell } };
    default:
      return { kind: { case: "nullValue", value: 0 } };
  }
}

/** The rows of the first message of an answer in base64, whose parts may each end with padding. */
function readTextFrame(text: string): readonly Record<string, unknown>[] {
  const bytes = Buffer.concat(
    (text.match(/[^=]+=*/g) ?? []).map((part) => Buffer.from(part, "base64")),
  );
  if (bytes.length < 5 || bytes[0] !== 0) throw new Unexpected("gRPC-Web without a message");
  const message = fromBinary(PredictResponseSchema, bytes.subarray(5, 5 + bytes.readUInt32BE(1)));
  return readRows({ status: 200, body: toJsonString(PredictResponseSchema, message) });
}
