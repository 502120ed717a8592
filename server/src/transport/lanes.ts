import type { Cors } from "./cors.ts";
import type { AnyResponse, Handler } from "./handler.ts";
import type { Probes } from "./http/probes.ts";

/** The ways that a request can go. */
export interface LaneParts {
  /** Answers browsers that ask before they call from another origin. */
  readonly cors: Cors;
  /** Answers container platforms. */
  readonly probes: Probes;
  /** Answers calls of services, by Connect's protocol engine. */
  readonly connect: Handler;
}

/** Sends each request its way: a preflight, a probe, or a call. */
export function createLanes({ cors, probes, connect }: LaneParts): Handler {
  return (request, response) => {
    const { method = "", url = "" } = request;
    const decision = cors.decide(method, request.headers);
    if (decision.kind === "preflight") {
      send(response, { ...decision, body: "" });
      return;
    }
    if (decision.kind === "headers") setHeaders(response, decision.headers);
    const probed = probes.answer(method, url);
    if (probed === undefined) connect(request, response);
    else send(response, probed);
  };
}

interface WholeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function send(response: AnyResponse, { status, headers, body }: WholeAnswer): void {
  response.statusCode = status;
  setHeaders(response, headers);
  response.end(body);
}

function setHeaders(response: AnyResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}
