/** A whole answer to an HTTP request. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Where the probes look. */
export interface ProbesOptions {
  /** Whether the server can take calls now. */
  isReady(): boolean;
}

/** Answers the questions of a container platform. */
export interface Probes {
  /**
   * Answers `/healthz` (200 while the process lives) and `/readyz` (200 or 503), for GET and HEAD;
   * `undefined` for every other path. `path` may carry a query.
   */
  answer(method: string, path: string): WholeAnswer | undefined;
}

const allowedMethods = "GET, HEAD";

/** Creates the probes. */
export function createProbes(options: ProbesOptions): Probes {
  const states: Readonly<Record<string, () => readonly [status: number, text: string]>> = {
    "/healthz": () => [200, "ok"],
    "/readyz": () => (options.isReady() ? [200, "ready"] : [503, "not ready"]),
  };
  return {
    answer(method, path) {
      const state = states[path.split("?", 1)[0] ?? ""];
      if (state === undefined) return undefined;
      if (method !== "GET" && method !== "HEAD") {
        return text(405, "method not allowed", { allow: allowedMethods });
      }
      const [status, words] = state();
      const answer = text(status, words, { "cache-control": "no-store" });
      return method === "HEAD" ? { ...answer, body: "" } : answer;
    },
  };
}

function text(status: number, words: string, headers: Record<string, string>): WholeAnswer {
  const body = `${words}\n`;
  return {
    status,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "content-length": String(Buffer.byteLength(body)),
      ...headers,
    },
    body,
  };
}
