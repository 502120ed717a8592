import type { WholeAnswer } from "./probes.ts";

/** What the page shows. */
export interface ScrapePageOptions {
  /** The type of what `write` gives. */
  readonly contentType: string;
  write(): Promise<string>;
  /** Is told why the page could not be written. */
  readonly reportFault: (fault: unknown) => void;
}

/** Answers Prometheus. */
export interface ScrapePage {
  /** Answers `/metrics`, for GET and HEAD; `undefined` for every other path. `path` may carry a query. */
  answer(method: string, path: string): Promise<WholeAnswer> | undefined;
}

const plainText = "text/plain; charset=utf-8";

/** Creates the page. */
export function createScrapePage(options: ScrapePageOptions): ScrapePage {
  const { contentType, reportFault } = options;
  const write = async (isHead: boolean): Promise<WholeAnswer> => {
    try {
      const body = await options.write();
      const answer = page(200, contentType, body);
      return isHead ? { ...answer, body: "" } : answer;
    } catch (fault) {
      reportFault(fault);
      return page(
        500,
        plainText,
        "the metrics could not be written; the server's log tells more\n",
      );
    }
  };
  return {
    answer(method, path) {
      if (path.split("?", 1)[0] !== "/metrics") return undefined;
      if (method === "GET" || method === "HEAD") return write(method === "HEAD");
      const refused = page(405, plainText, "method not allowed\n");
      return Promise.resolve({ ...refused, headers: { ...refused.headers, allow: "GET, HEAD" } });
    },
  };
}

function page(status: number, contentType: string, body: string): WholeAnswer {
  return {
    status,
    headers: {
      "content-type": contentType,
      "content-length": String(Buffer.byteLength(body)),
      "cache-control": "no-store",
    },
    body,
  };
}
