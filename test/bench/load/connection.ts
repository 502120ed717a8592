/** A request that is sent again and again. */
export interface Exchange {
  readonly protocol: Protocol;
  readonly port: number;
  /** The path of the method, with its leading slash. */
  readonly path: string;
  /** The message: in gRPC without its five-byte prefix. */
  readonly body: Uint8Array;
  /** The length that an answer's message must have; any, if undefined. */
  readonly answerBytes?: number | undefined;
  /** By how many bytes an answer may differ from that. @default 0 */
  readonly tolerance?: number;
  /** What an answer's message must end with; anything, if undefined. */
  readonly answerEnd?: Uint8Array;
}

/** How a contender is called: gRPC over HTTP/2, or Connect's JSON over HTTP/1.1. */
export type Protocol = "grpc" | "json";

/** What a connection tells. */
export interface ConnectionEvents {
  /** A call was answered well. `at` is the time that the call was started with. */
  answered(at: number, message: Uint8Array): void;
  /** A call was refused: RESOURCE_EXHAUSTED. Without this, a refusal fails the connection. */
  refused?(at: number): void;
  /** The connection is of no more use. */
  failed(reason: Error): void;
}

/** One connection of the load generator. */
export interface LoadConnection {
  /** Calls under way. */
  readonly open: number;
  /** The most calls that the server allows to be under way here. */
  readonly limit: number;
  /**
   * Starts a call at the time `at`, by the caller's clock; it is sent at the next
   * `flush`. Without a `body` of its own it has the exchange's.
   */
  start(at: number, body?: Uint8Array): void;
  /** Sends what was started; calls started within `answered` are sent without it. */
  flush(): void;
  close(): void;
}

/** Says what is wrong with the length of an answer; undefined if nothing is. */
export function checkLength(
  { answerBytes, tolerance = 0 }: Exchange,
  bytes: number,
): string | undefined {
  if (answerBytes === undefined || Math.abs(bytes - answerBytes) <= tolerance) return undefined;
  return `an answer has ${bytes} bytes instead of ${answerBytes}`;
}

/** Says what is wrong with an answer's message; undefined if nothing is. */
export function checkAnswer(exchange: Exchange, message: Uint8Array): string | undefined {
  const wrong = checkLength(exchange, message.length);
  const { answerEnd } = exchange;
  if (wrong !== undefined || answerEnd === undefined) return wrong;
  const end = message.subarray(Math.max(message.length - answerEnd.length, 0));
  if (Buffer.compare(end, answerEnd) === 0) return undefined;
  return `an answer ends with ${toHex(end)} instead of ${toHex(answerEnd)}`;
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
