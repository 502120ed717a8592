import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { WholeAnswer } from "./probes.ts";

/** What the pages show. */
export interface DocsPagesOptions {
  /** Writes the OpenAPI document, as JSON. */
  readonly write: () => Promise<string>;
  /** Is told why a page could not be written. */
  readonly reportFault: (fault: unknown) => void;
}

/** Shows people and programs what can be called. */
export interface DocsPages {
  /**
   * Answers `/openapi.json`, `/docs` and the files that the page is made of, for GET
   * and HEAD; `undefined` for every other path. `path` may carry a query.
   */
  answer(method: string, path: string): Promise<WholeAnswer> | undefined;
}

/** What is served at one path. */
interface Page {
  readonly contentType: string;
  readonly write: () => Promise<string>;
  readonly headers: Readonly<Record<string, string>>;
}

const plainText = "text/plain; charset=utf-8";
const script = "text/javascript; charset=utf-8";

const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Presage</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/viewer.css">
<script src="docs/viewer.js" defer></script>
<script src="docs/start.js" defer></script>
</head>
<body>
<div id="docs"></div>
<noscript>This page needs JavaScript; <a href="openapi.json">openapi.json</a> says the same.</noscript>
</body>
</html>
`;

// Without validatorUrl the viewer would show the document to a host of its makers.
const start = `window.addEventListener("DOMContentLoaded", () => {
  SwaggerUIBundle({ url: "openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null });
});
`;

/** Nothing is loaded, asked or framed but by and from this server itself. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const guarded = { "content-security-policy": policy, "referrer-policy": "no-referrer" };
const fresh = { "cache-control": "no-cache" };
/** The viewer changes with the server's own version alone. */
const kept = { "cache-control": "public, max-age=86400" };

/** Creates the pages. The viewer's files are read whenever they are asked for, and not kept. */
export function createDocsPages({ write, reportFault }: DocsPagesOptions): DocsPages {
  const pages: ReadonlyMap<string, Page> = new Map([
    ["/openapi.json", { contentType: "application/json", write, headers: fresh }],
    [
      "/docs",
      {
        contentType: "text/html; charset=utf-8",
        write: async () => html,
        headers: { ...fresh, ...guarded },
      },
    ],
    ["/docs/start.js", { contentType: script, write: async () => start, headers: fresh }],
    [
      "/docs/viewer.js",
      {
        contentType: script,
        write: () => readText(import.meta.resolve("swagger-ui-dist/swagger-ui-bundle.js")),
        headers: kept,
      },
    ],
    [
      "/docs/viewer.css",
      {
        contentType: "text/css; charset=utf-8",
        write: () => readText(import.meta.resolve("swagger-ui-dist/swagger-ui.css")),
        headers: kept,
      },
    ],
  ]);

  const answer = async (page: Page, isHead: boolean): Promise<WholeAnswer> => {
    try {
      const body = await page.write();
      const whole = answerOf(200, page, body);
      return isHead ? { ...whole, body: "" } : whole;
    } catch (fault) {
      reportFault(fault);
      const text = "the page could not be written; the server's log tells more\n";
      return answerOf(500, { contentType: plainText, headers: fresh }, text);
    }
  };
  return {
    answer(method, path) {
      const page = pages.get(path.split("?", 1)[0] ?? "");
      if (page === undefined) return undefined;
      if (method === "GET" || method === "HEAD") return answer(page, method === "HEAD");
      const refused = { contentType: plainText, headers: { ...fresh, allow: "GET, HEAD" } };
      return Promise.resolve(answerOf(405, refused, "method not allowed\n"));
    },
  };
}

function readText(file: string): Promise<string> {
  return readFile(fileURLToPath(file), "utf8");
}

function answerOf(
  status: number,
  { contentType, headers }: Pick<Page, "contentType" | "headers">,
  body: string,
): WholeAnswer {
  return {
    status,
    headers: {
      "content-type": contentType,
      "content-length": String(Buffer.byteLength(body)),
      "x-content-type-options": "nosniff",
      ...headers,
    },
    body,
  };
}
