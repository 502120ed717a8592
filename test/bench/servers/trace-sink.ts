// Takes traces by OTLP over HTTP, as protobuf, answers at once, and tells on GET how many spans came by a path.
import http from "node:http";
import { announce } from "../announce.ts";
import { countSpans } from "../spans.ts";

const spans = new Map<string, number>();

announce(
  http.createServer((request, response) => {
    const { method, url: path = "" } = request;
    if (method === "GET") {
      response.end(JSON.stringify({ spans: spans.get(path) ?? 0 }));
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      response.writeHead(200, { "content-type": "application/x-protobuf", "content-length": 0 });
      response.end();
      spans.set(path, (spans.get(path) ?? 0) + countSpans(Buffer.concat(chunks)));
    });
  }),
);
