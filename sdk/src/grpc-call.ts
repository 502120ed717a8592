import { type ClientHttp2Stream, constants, type OutgoingHttpHeaders } from "node:http2";
import { ConnectError } from "@connectrpc/connect";
import type { UniversalClientResponse } from "@connectrpc/connect/protocol";
import type { Http2SessionManager } from "@connectrpc/connect-node";
import { deadlineOf, explainCancel } from "./answer-faults.ts";
import { abortError, watchLimits } from "./call-limits.ts";
import { headBytes, writeHead } from "./envelopes.ts";
import { readAnswer, type UsualAnswer } from "./grpc-answer.ts";
import { fromNodeError } from "./http2-errors.ts";

/** One gRPC call of one request, ready to be sent. */
export interface GrpcCall<T> {
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  /** The bytes of the message. */
  readonly message: Uint8Array;
  readonly signal: AbortSignal | undefined;
  /** The deadline, in milliseconds from now. */
  readonly timeoutMs: number | undefined;
  /** The largest message that is read, in bytes. */
  readonly limit: number;
  /** Reads an answer of the common kind. */
  readonly read: (answer: UsualAnswer) => T;
  /** Reads any other answer, which may still be on its way. */
  readonly judge: (answer: UniversalClientResponse) => Promise<T>;
}

/** Makes a call, and cancels its stream if it fails. It rejects with a ConnectError. */
export function runCall<T>(sessions: Http2SessionManager, call: GrpcCall<T>): Promise<T> {
  const { signal } = call;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(abortError(signal));
      return;
    }
    let stream: ClientHttp2Stream | undefined;
    let over = false;
    const finish = (): void => {
      over = true;
      unwatch();
    };
    const fail = (reason: unknown): void => {
      if (over) return;
      finish();
      if (stream?.closed === false) stream.close(constants.NGHTTP2_CANCEL);
      reject(ConnectError.from(reason));
    };
    const succeed = (result: T): void => {
      if (over) return;
      finish();
      resolve(result);
    };
    const unwatch = watchLimits(call, fail);
    const deadline = deadlineOf(call.timeoutMs);

    sessions.request("POST", call.path, call.headers, {}).then(
      (opened) => {
        stream = opened;
        readAnswer(opened, {
          limit: call.limit,
          alive: () => sessions.notifyResponseByteRead(opened),
          usual(answer) {
            try {
              succeed(call.read(answer));
            } catch (error) {
              fail(error);
            }
          },
          odd: (answer) => void call.judge(answer).then(succeed, fail),
          failed: (reason) => fail(explainCancel(reason, deadline)),
        });
        if (over) opened.close(constants.NGHTTP2_CANCEL);
        else send(opened, call.message);
      },
      (reason: unknown) => fail(fromNodeError(reason)),
    );
  });
}

const copiedBytes = 16 * 1024;

/** Sends a message in its envelope: small ones in one piece, large ones without a copy. */
function send(stream: ClientHttp2Stream, message: Uint8Array): void {
  const small = message.byteLength <= copiedBytes;
  const envelope = Buffer.allocUnsafe(headBytes + (small ? message.byteLength : 0));
  writeHead(envelope, 0, message.byteLength);
  if (small) {
    envelope.set(message, headBytes);
    stream.end(envelope);
  } else {
    stream.cork();
    stream.write(envelope);
    stream.end(message);
    stream.uncork();
  }
}
