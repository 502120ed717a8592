import type { WholeAnswer } from "./probes.ts";

/** What the page shows. */
export interface ScrapePageOptions {
  /** Writes the page in the form that the request's `accept` header prefers. */
  write(accept: string | undefined): Promise<WrittenPage>;
  /** Is told why the page could not be written. */
  readonly reportFault: (fault: unknown) => void;
}

/** A page as it was written. */
export interface WrittenPage {
  readonly contentType: string;
  readonly body: string;
}

/** Answers Prometheus. */
export interface ScrapePage {
  /**
   * Answers `/metrics`, for GET and HEAD; `undefined` for every other path. `path`
   * may carry a query; `accept` is the request's header of that name.
   */
  answer(method: string, path: string, accept?: string): Promise<WholeAnswer> | undefined;
}

const plainText = "text/plain; charset=utf-8";

/** Creates the page. */
export function createScrapePage(options: ScrapePageOptions): ScrapePage {
  const { reportFault } = options;
  const write = async (isHead: boolean, accept: string | undefined): Promise<WholeAnswer> => {
    try {
      const { contentType, body } = await options.write(accept);
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
    answer(method, path, accept) {
      if (path.split("?", 1)[0] !== "/metrics") return undefined;
      if (method === "GET" || method === "HEAD") return write(method === "HEAD", accept);
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
      vary: "accept",
    },
    body,
  };
}
