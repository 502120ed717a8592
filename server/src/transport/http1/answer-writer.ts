import type net from "node:net";
import { byteLength, type PlainAnswer } from "../plain-protocols.ts";
import { createAnswerHeads } from "./answer-head.ts";

/** An answer, and what is to be said besides. */
export interface AnswerParts {
  readonly answer: PlainAnswer;
  /** Headers that come first, and that the answer's own replace. */
  readonly added: Readonly<Record<string, string>> | undefined;
  /** Says that the connection ends with this answer. */
  readonly close: boolean;
}

/** Writes answers to their connections. */
export interface AnswerWriter {
  /** Writes one, in as few pieces as are worth it; throws Node's TypeError for a bad header. */
  write(socket: net.Socket, parts: AnswerParts): void;
}

/** Bodies up to this size are copied, to be sent in one piece with their heads. */
const joinedBytes = 4096;

/** Makes the writer; `keepAliveMs` is how long a connection waits for its next request. */
export function createAnswerWriter(keepAliveMs: number): AnswerWriter {
  const heads = createAnswerHeads(keepAliveMs);
  return {
    write(socket, { answer, added, close }) {
      const { body } = answer;
      const length = byteLength(body);
      const head = heads.write({ answer, length, added, close });
      if (length <= joinedBytes) socket.write(join(head, body, length));
      else {
        socket.cork();
        socket.write(head, "latin1");
        for (const piece of body) socket.write(piece);
        socket.uncork();
      }
    },
  };
}

function join(head: string, body: readonly Uint8Array[], length: number): Buffer {
  const joined = Buffer.allocUnsafe(head.length + length);
  let at = joined.write(head, "latin1");
  for (const piece of body) {
    joined.set(piece, at);
    at += piece.byteLength;
  }
  return joined;
}
