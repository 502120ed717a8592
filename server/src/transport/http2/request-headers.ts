import type { IncomingHttpHeaders } from "node:http2";
import type { HeaderList } from "./hpack/header-decoder.ts";

/** Names that mean something to HTTP/1.1 alone (RFC 9113, section 8.2.2), or that need an answer in between. */
const unusual: ReadonlySet<string> = new Set([
  "connection",
  "expect",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

const nameForm = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const unfit = /^[\t ]|[^\t\u0020-\u007e\u0080-\u00ff]|[\t ]$/;
const digits = /^\d{1,15}$/;

/** The pseudo-headers of a request, each of which may come once, and all before the others. */
const pseudoNames: ReadonlySet<string> = new Set([":method", ":scheme", ":authority", ":path"]);

/**
 * Reads the headers of a POST request whose form is beyond doubt. Gives undefined
 * for every other, however well it may be formed, as for one whose name comes
 * twice: those are for Node's HTTP/2 to judge.
 */
export function readCallHeaders(list: HeaderList): IncomingHttpHeaders | undefined {
  const headers: Record<string, string> = Object.create(null);
  let arePseudo = true;
  for (let index = 0; index < list.length; index += 2) {
    const name = list[index] ?? "";
    const value = list[index + 1] ?? "";
    if (name in headers || unfit.test(value)) return undefined;
    if (!name.startsWith(":")) {
      arePseudo = false;
      if (!nameForm.test(name) || unusual.has(name)) return undefined;
    } else if (!arePseudo || !pseudoNames.has(name) || value === "") return undefined;
    headers[name] = value;
  }
  const { te, "content-length": length } = headers;
  const isCall =
    headers[":method"] === "POST" &&
    headers[":scheme"] !== undefined &&
    headers[":authority"] !== undefined &&
    headers[":path"]?.startsWith("/") === true &&
    (te === undefined || te === "trailers") &&
    (length === undefined || digits.test(length));
  return isCall ? headers : undefined;
}
