// Bare node:http2: reads a body, answers as many bytes as the argument says, as a gRPC server would.
import http2 from "node:http2";
import { announce } from "../announce.ts";

const envelopeBytes = 5;
const size = Number(process.argv[2]);
const answer = Buffer.alloc(envelopeBytes + size);
answer.writeUInt32BE(size, 1);

const headers = { ":status": 200, "content-type": "application/grpc" };
const server = http2.createServer();
server.on("stream", (stream) => {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.on("end", () => {
    stream.respond(headers, { waitForTrailers: true });
    stream.end(answer);
  });
});
announce(server);
