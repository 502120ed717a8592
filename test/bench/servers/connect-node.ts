// Stock connect-node. The argument is the protocol: grpc on HTTP/2, json on HTTP/1.1.
import http from "node:http";
import http2 from "node:http2";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { announce } from "../announce.ts";
import { loadStockPredictor } from "../stock-predictor.ts";

const predict = await loadStockPredictor();
const handler = connectNodeAdapter({
  routes: (router) => router.service(InferenceService, { predict }),
});
announce(process.argv[2] === "json" ? http.createServer(handler) : http2.createServer(handler));
