import { base64Decode } from "@bufbuild/protobuf/wire";

/** The message of a Connect GET request, which is in its query. */
export interface QueryMessage {
  readonly format: "binary" | "json";
  readonly bytes: Uint8Array;
}

/**
 * Reads the message out of the query of a Connect GET request. Returns
 * undefined where there is none, or where it is compressed or cannot be read,
 * which is for the protocol's engine to refuse.
 */
export function readQueryMessage(url: string): QueryMessage | undefined {
  const query = new URL(url).searchParams;
  const encoding = query.get("encoding");
  const message = query.get("message");
  if (message === null || query.has("compression")) return undefined;
  if (encoding !== "json" && encoding !== "proto") return undefined;
  const format = encoding === "json" ? "json" : "binary";
  if (query.get("base64") !== "1") return { format, bytes: Buffer.from(message) };
  try {
    return { format, bytes: base64Decode(message) };
  } catch {
    return undefined;
  }
}
