/** What a client's process can be. */
export const clientKinds = [
  "sdk unary",
  "sdk stream",
  "connect-node unary",
  "connect-node stream",
  "grpc-js unary",
  "grpc-js stream",
] as const;

/** A client and its kind of calls. */
export type ClientKind = (typeof clientKinds)[number];

/** To predict again and again. */
export interface ClientOrder {
  readonly seconds: number;
  /** Calls under way; streams have as many requests under way as both sides let them. */
  readonly underWay: number;
  /** The server's process, whose CPU time is told. */
  readonly pid: number;
}

/** What came of an order. */
export type ClientReply =
  | { readonly report: ClientReport; readonly failure?: undefined }
  | { readonly failure: string };

/** What was measured. */
export interface ClientReport {
  readonly calls: number;
  readonly seconds: number;
  /** CPU seconds of the client's process, and of the server's. */
  readonly clientCpu: number;
  readonly serverCpu: number;
}
