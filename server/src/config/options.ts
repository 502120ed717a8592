/** The server's certificate and its private key, in PEM. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

/** Where the server's own state is kept. */
export interface KeepingOptions {
  /** The directory for the server's own state. @default "data" */
  readonly data: string;
  /** Where feedback is kept. @default { kind: "sqlite" }, a file in `data` */
  readonly store: StoreOptions;
}

/** Everything that a server can be told, checked and with every default filled in. */
export interface ServerOptions extends KeepingOptions {
  /** The directory of models. @default "models" */
  readonly models: string;
  /** The address to listen on. @default "0.0.0.0" */
  readonly host: string;
  /** The port to listen on; 0 takes any free one. @default 8080 */
  readonly port: number;
  /** The processes that serve, together, on the one port. @default 1 */
  readonly processes: number;
  /** How long feedback is kept. */
  readonly feedback: FeedbackOptions;
  /** Encrypts the port. @default undefined, cleartext */
  readonly tls: TlsIdentity | undefined;
  /** The origins of web pages that may call; `*` is every one. @default [] */
  readonly allowedOrigins: readonly string[];
  /** The largest request message, in bytes. @default 67108864 */
  readonly maxRequestBytes: number;
  /** The largest response message, in bytes. @default 67108864 */
  readonly maxResponseBytes: number;
  /** The most requests of one stream that are in work at once. @default 64 */
  readonly maxStreamConcurrency: number;
  /** The most values that one request message may hold. @default 2000000 */
  readonly maxValues: number;
  /** How long the server waits, in milliseconds. */
  readonly timeouts: TimeoutOptions;
  /** What the server tells of itself. */
  readonly log: LogOptions;
  /** How calls are traced. */
  readonly tracing: TracingOptions;
  /** What is measured. */
  readonly metrics: MetricsOptions;
}

/** What is measured. */
export interface MetricsOptions {
  /** Whether calls are. @default true */
  readonly calls: boolean;
}

/** What the server tells of itself. */
export interface LogOptions {
  /** The least level that is written. @default "info" */
  readonly level: "debug" | "info" | "warn" | "error";
  /** How lines look; `auto` is pretty on a terminal, JSON elsewhere. @default "auto" */
  readonly format: "auto" | "json" | "pretty";
  /** The share of answered calls that is told, 0 to 1. @default 0 */
  readonly accessSample: number;
}

/** How calls are traced. */
export interface TracingOptions {
  /** Whether a caller's `traceparent` is the parent of the server's span. @default false */
  readonly trustRemoteContext: boolean;
}

/** Where feedback is kept: in a file of the server's own, in PostgreSQL, or nowhere. */
export type StoreOptions =
  | { readonly kind: "sqlite" }
  | { readonly kind: "postgres"; readonly url: string }
  | { readonly kind: "off" };

/** How long feedback is kept. */
export interface FeedbackOptions {
  /** How long after a prediction, in milliseconds. @default 400 days */
  readonly retentionMs: number;
  /** The most rows. @default 10000000 */
  readonly maxRows: number;
}

/** How long the server waits, in milliseconds. */
export interface TimeoutOptions {
  /** For the first bytes of a connection, and for the TLS handshake. @default 10000 */
  readonly handshakeMs: number;
  /** For the headers of an HTTP/1.1 request. @default 30000 */
  readonly headersMs: number;
  /** For a whole request, until its answer begins. @default 300000 */
  readonly requestMs: number;
  /** Before an idle HTTP/1.1 connection is closed, or an answer given up. @default 75000 */
  readonly keepAliveMs: number;
  /** The longest deadline that a call can have. @default 3600000 */
  readonly maxDeadlineMs: number;
  /** For calls in flight when the server is told to stop. @default 30000 */
  readonly drainMs: number;
  /** For a call's turn, as far as it can be foreseen. @default 500 */
  readonly queueMs: number;
}
