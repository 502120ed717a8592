import { cors } from "@connectrpc/connect";
import { typedHeaders } from "../services/typed-headers.ts";

/** What cross-origin rules ask of the answer to one request. */
export type CorsDecision =
  /** The request is a browser's question; this is the whole answer. */
  | {
      readonly kind: "preflight";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
    }
  /** The request goes its way, and its answer carries these headers too. */
  | { readonly kind: "headers"; readonly headers: Readonly<Record<string, string>> }
  /** Nothing is to be done. */
  | { readonly kind: "none" };

/** Which web pages may call the server. */
export interface CorsOptions {
  /**
   * Origins such as `https://app.example.com`, compared exactly, or `*` for every page. Empty
   * turns cross-origin calls off.
   */
  readonly allowedOrigins: readonly string[];
  /** Seconds for which a browser may remember a preflight. @default 7200, the most Chrome takes */
  readonly maxAgeSeconds?: number;
}

/** Decides on cross-origin requests. */
export interface Cors {
  /** Decides on one request from its method and its header fields, whose names are lower-case. */
  decide(
    method: string,
    headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  ): CorsDecision;
}

const traceHeaders = ["traceparent", "tracestate"];
const list = (names: readonly string[]): string =>
  [...new Set(names.map((name) => name.toLowerCase()))].join(", ");

const allowedMethods = list(cors.allowedMethods).toUpperCase();
const requestHeaders = list([
  ...cors.allowedHeaders,
  ...traceHeaders,
  // Propagators send it along with the trace, and a browser asks for leave.
  "baggage",
  typedHeaders.version,
  "authorization",
  "x-user-agent",
]);
const exposedHeaders = list([
  ...cors.exposedHeaders,
  ...traceHeaders,
  typedHeaders.modelVersion,
  typedHeaders.predictionId,
]);
const preflightVary =
  "Origin, Access-Control-Request-Method, Access-Control-Request-Headers" as const;

const none: CorsDecision = { kind: "none" };
/** What a cache must know even where no origin was allowed: another origin may be. */
const varyOnly: CorsDecision = { kind: "headers", headers: { vary: "Origin" } };

/**
 * Creates the rules. Answers name the asking origin rather than `*`, and never allow credentials
 * that the browser keeps (cookies); an `authorization` header set by the page is allowed.
 *
 * @throws RangeError for an entry that no browser would send, such as one with a path.
 */
export function createCors(options: CorsOptions): Cors {
  const allowed = new Set(options.allowedOrigins);
  for (const origin of allowed) checkOrigin(origin);
  const maxAge = String(options.maxAgeSeconds ?? 7200);
  const isAllowed = (origin: string): boolean => allowed.has("*") || allowed.has(origin);

  const preflight = (origin: string): CorsDecision => {
    if (!isAllowed(origin)) {
      return { kind: "preflight", status: 403, headers: { vary: preflightVary } };
    }
    return {
      kind: "preflight",
      status: 204,
      headers: {
        "access-control-allow-origin": origin,
        "access-control-allow-methods": allowedMethods,
        "access-control-allow-headers": requestHeaders,
        "access-control-max-age": maxAge,
        vary: preflightVary,
      },
    };
  };

  return {
    decide(method, headers) {
      if (allowed.size === 0) return none;
      const origin = headers["origin"];
      // Only answers to these methods are ever cached; the others save the bytes.
      if (typeof origin !== "string")
        return method === "GET" || method === "HEAD" ? varyOnly : none;
      if (method === "OPTIONS" && headers["access-control-request-method"] !== undefined) {
        return preflight(origin);
      }
      if (!isAllowed(origin)) return varyOnly;
      return {
        kind: "headers",
        headers: {
          "access-control-allow-origin": origin,
          "access-control-expose-headers": exposedHeaders,
          vary: "Origin",
        },
      };
    },
  };
}

function checkOrigin(origin: string): void {
  if (origin === "*" || /^[a-z][a-z0-9+.-]*:\/\/[^/?#\sA-Z]+$/.test(origin)) return;
  throw new RangeError(
    `"${origin}" is not an origin; write scheme and host in lower case, without a path, as in "https://app.example.com"`,
  );
}
