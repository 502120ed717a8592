// Bare node:http: reads a body, answers as many bytes as the argument says; parses no JSON.
import http from "node:http";
import { announce } from "../announce.ts";

const answer = Buffer.alloc(Number(process.argv[2]), " ");
const headers = { "content-type": "application/json", "content-length": answer.length };

announce(
  http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      response.writeHead(200, headers);
      response.end(answer);
    });
  }),
);
