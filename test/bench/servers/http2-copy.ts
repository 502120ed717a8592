// Bare node:http2: reads a body and sends it back, as a gRPC server would, with Presage's windows.
import http2 from "node:http2";
import { defaultHttp2Limits } from "../../../server/src/transport/http2-limits.ts";
import { announce } from "../announce.ts";

const { streamWindowBytes, connectionWindowBytes } = defaultHttp2Limits;
const headers = { ":status": 200, "content-type": "application/grpc" };
const server = http2.createServer({ settings: { initialWindowSize: streamWindowBytes } });
server.on("session", (session) => session.setLocalWindowSize(connectionWindowBytes));
server.on("stream", (stream) => {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.on("end", () => {
    stream.respond(headers, { waitForTrailers: true });
    stream.end(Buffer.concat(chunks));
  });
});
announce(server);
