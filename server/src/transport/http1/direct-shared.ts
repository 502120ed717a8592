import type net from "node:net";
import type { CallTaker } from "../exchange.ts";
import type { AnswerWriter } from "./answer-writer.ts";

/** What the connections of one server have in common. */
export interface DirectShared {
  readonly takeCall: CallTaker;
  readonly answers: AnswerWriter;
  /** Milliseconds between two looks at a connection. */
  readonly checkMs: number;
  /** To send a whole request, in milliseconds. */
  readonly requestMs: number;
  /** Between two requests, and without taking a byte of an answer, in milliseconds. */
  readonly keepAliveMs: number;
  /** Makes each answer the last of its connection. */
  ending: boolean;
  /** Is told of a connection that closed or was left to Node. */
  readonly over: (connection: DirectConnection) => void;
  /** Gives a connection to Node, what it has not read yet put back. */
  readonly leave: (socket: net.Socket) => void;
}

/** An HTTP/1.1 connection whose calls of the common form are read past Node's HTTP. */
export interface DirectConnection {
  /** Looks whether the client takes too long; called every `checkMs`. */
  check(): void;
  /** Closes the connection now if it is idle, else after its answer. */
  closeWhenIdle(): void;
}
