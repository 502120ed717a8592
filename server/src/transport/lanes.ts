import http from "node:http";
import type { ConnectLane } from "./connect-lane.ts";
import type { Cors } from "./cors.ts";
import { type CallTaker, createRequestExchange } from "./exchange.ts";
import type { AnyRequest, AnyResponse, Handler } from "./handler.ts";
import type { DocsPages } from "./http/docs-pages.ts";
import type { Probes, WholeAnswer } from "./http/probes.ts";
import type { ScrapePage } from "./http/scrape-page.ts";
import type { StreamHandler } from "./http2-server.ts";
import type { PlainLane } from "./plain-lane.ts";
import type { StreamLane } from "./stream-lane.ts";

/** The ways that a request can go. */
export interface LaneParts {
  /** Answers browsers that ask before they call from another origin. */
  readonly cors: Cors;
  /** Answers container platforms. */
  readonly probes: Probes;
  /** Answers Prometheus. @default its path is unknown */
  readonly scrape?: ScrapePage | undefined;
  /** Shows what can be called. @default its paths are unknown */
  readonly docs?: DocsPages | undefined;
  /** Answers the common kind of call. */
  readonly plain: PlainLane;
  /** Answers the common kind of stream. @default they go to Connect's engine */
  readonly streams?: StreamLane | undefined;
  /** Answers every other call, by Connect's protocol engine. */
  readonly connect: ConnectLane;
}

/** Sends each request its way. */
export interface Lanes {
  /** Takes a POST request straight from its connection if it is a call of the common kind. */
  readonly takeCall: CallTaker;
  /** Takes a call straight from its HTTP/2 stream if it is a stream of the common kind. */
  readonly takeStream: StreamHandler;
  /** Answers any other request: a preflight, a probe, or a call. */
  readonly handle: Handler;
}

/** Makes the crossing of the lanes. */
export function createLanes(parts: LaneParts): Lanes {
  const { cors, probes, scrape, docs, plain, streams, connect } = parts;
  // Common calls over HTTP/2 were taken from their frames, most of those over HTTP/1.1 from their connection.
  const takeRequest = (request: AnyRequest, response: AnyResponse): boolean =>
    request instanceof http.IncomingMessage &&
    response instanceof http.ServerResponse &&
    plain.take(createRequestExchange(request, response));

  return {
    takeCall(exchange) {
      const decision = cors.decide("POST", exchange.headers);
      if (decision.kind === "headers") exchange.addHeaders(decision.headers);
      return plain.take(exchange);
    },
    takeStream(stream, headers) {
      if (headers[":method"] !== "POST") return false;
      const decision = cors.decide("POST", headers);
      const answerHeaders = decision.kind === "headers" ? decision.headers : undefined;
      return streams?.take({ stream, headers, answerHeaders }) === true;
    },
    handle(request, response) {
      const { method = "", url = "" } = request;
      const decision = cors.decide(method, request.headers);
      if (decision.kind === "preflight") {
        send(response, { ...decision, body: "" });
        return;
      }
      if (decision.kind === "headers") setHeaders(response, decision.headers);
      const probed = probes.answer(method, url);
      if (probed !== undefined) {
        send(response, probed);
        return;
      }
      const page = scrape?.answer(method, url, request.headers.accept) ?? docs?.answer(method, url);
      if (page !== undefined) void page.then((answer) => send(response, answer));
      else if (method !== "POST" || !takeRequest(request, response))
        connect.take(request, response);
    },
  };
}
function send(response: AnyResponse, { status, headers, body }: WholeAnswer): void {
  response.statusCode = status;
  setHeaders(response, headers);
  response.end(body);
}

function setHeaders(response: AnyResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}
