/** How calls are made. */
export type Protocol = "grpc" | "grpc-web" | "connect";

/** The other side of a call. */
export interface Peer {
  readonly protocol: Protocol;
  /** A host's name, or an address; undefined if it is not known. */
  readonly address?: string | undefined;
  readonly port?: number | undefined;
}

/** Tells whom a client calls; of a URL that is relative, as browsers allow it, that is where its page is from. */
export function readPeer(protocol: Protocol, baseUrl: string): Peer {
  const url = parseUrl(baseUrl);
  if (url === undefined) return { protocol };
  const address = url.hostname.replace(/^\[|\]$/g, "");
  const usual = url.protocol === "https:" ? 443 : 80;
  return { protocol, address, port: url.port === "" ? usual : Number(url.port) };
}

function parseUrl(baseUrl: string): URL | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only browsers have it
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  try {
    return new URL(baseUrl, location?.href);
  } catch {
    return undefined;
  }
}
