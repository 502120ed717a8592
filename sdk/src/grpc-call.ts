import { type ClientHttp2Stream, constants, type OutgoingHttpHeaders } from "node:http2";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  createDeadlineSignal,
  getAbortSignalReason,
  type UniversalClientResponse,
} from "@connectrpc/connect/protocol";
import type { Http2SessionManager } from "@connectrpc/connect-node";
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
  const { signal, timeoutMs } = call;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(abortError(signal));
      return;
    }
    let stream: ClientHttp2Stream | undefined;
    let over = false;
    const finish = (): void => {
      over = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
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
    const abort = (): void => {
      if (signal !== undefined) fail(abortError(signal));
    };
    // Connect's own error of a deadline that has passed.
    const expire = (): void => fail(getAbortSignalReason(createDeadlineSignal(0).signal));
    const timer = timeoutMs === undefined ? undefined : setTimeout(expire, timeoutMs);
    signal?.addEventListener("abort", abort);

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
          failed: fail,
        });
        if (over) opened.close(constants.NGHTTP2_CANCEL);
        else send(opened, call.message);
      },
      (reason: unknown) => fail(fromNodeError(reason)),
    );
  });
}

function abortError(signal: AbortSignal): ConnectError {
  return ConnectError.from(getAbortSignalReason(signal), Code.Canceled);
}

const copiedBytes = 16 * 1024;
const headBytes = 5;

/** Sends a message in its envelope: small ones in one piece, large ones without a copy. */
function send(stream: ClientHttp2Stream, message: Uint8Array): void {
  const small = message.byteLength <= copiedBytes;
  const envelope = Buffer.allocUnsafe(headBytes + (small ? message.byteLength : 0));
  envelope[0] = 0;
  envelope.writeUInt32BE(message.byteLength, 1);
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
