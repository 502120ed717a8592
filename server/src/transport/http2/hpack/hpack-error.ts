/**
 * A header block that breaks RFC 7541. What both ends know of the connection's
 * headers has come apart with it, so the connection is lost (COMPRESSION_ERROR).
 */
export class HpackError extends Error {
  override readonly name = "HpackError";
}
