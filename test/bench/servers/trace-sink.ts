// Takes traces by OTLP over HTTP, as protobuf, answers at once, and tells on GET how many spans came.
import http from "node:http";
import { announce } from "../announce.ts";
import { countSpans } from "../spans.ts";

let spans = 0;

announce(
  http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.method === "GET") {
        response.end(JSON.stringify({ spans }));
        return;
      }
      response
        .writeHead(200, { "content-type": "application/x-protobuf", "content-length": 0 })
        .end();
      spans += countSpans(Buffer.concat(chunks));
    });
  }),
);
