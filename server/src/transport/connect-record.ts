import http2 from "node:http2";
import { Code } from "@connectrpc/connect";
import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import { codeFromHttpStatus, codeToHttpStatus } from "@connectrpc/connect/protocol-connect";
import type { CallProtocol, CallRecord } from "../core/call-record.ts";
import { statusOf } from "./calls.ts";
import type { AnyResponse } from "./handler.ts";

const grpcType = /^application\/grpc(-web)?\b/i;

/** The protocol of a call, by its content type. */
export function protocolOf(contentType: string | undefined): CallProtocol {
  const found = grpcType.exec(contentType ?? "");
  if (found === null) return "connectrpc";
  return found[1] === undefined ? "grpc" : "grpc_web";
}

/** Ends the record of a call that Connect's engine answers. */
export interface FollowedResponse {
  /** Tells what the engine answers, once it is known. */
  answered(answer: UniversalServerResponse): void;
}

/**
 * Ends a call's record when its response is over. A failure that no step has
 * noted is one of the engine's own, which refused the call before it came to any;
 * it is noted as far as the answer's status or trailers tell.
 */
export function followResponse(record: CallRecord, response: AnyResponse): FollowedResponse {
  let answer: UniversalServerResponse | undefined;
  let isSent = false;
  response.once("finish", () => {
    isSent = true;
  });
  response.once("close", () => {
    const heard = isSent && !isReset(response) ? answer : undefined;
    if (heard === undefined) record.fail({ status: "CANCELLED", error: undefined });
    else noteAnswer(record, heard);
    record.end();
  });
  return {
    answered(given) {
      answer = given;
    },
  };
}

/** Whether the caller gave the call up, over HTTP/2. */
function isReset(response: AnyResponse): boolean {
  return "stream" in response && response.stream.rstCode !== http2.constants.NGHTTP2_NO_ERROR;
}

/** Notes how the engine has answered a call, as far as the answer's status or trailers tell. */
export function noteAnswer(record: CallRecord, answer: UniversalServerResponse): void {
  const status = statusOfAnswer(answer);
  if (status !== "OK") record.fail({ status, error: undefined });
}

const ok = 200;

function statusOfAnswer({ status, header, trailer }: UniversalServerResponse): string {
  const told = trailer?.get("grpc-status") ?? header?.get("grpc-status") ?? undefined;
  const code = told === undefined ? codeOf(status) : Number(told);
  if (code === 0) return "OK";
  return statusOf(code in Code ? code : Code.Unknown);
}

/** The first code that Connect writes as this status of HTTP, or else what a status stands for that others wrote. */
function codeOf(status: number): number {
  if (status === ok) return 0;
  for (let code: Code = Code.Canceled; code <= Code.Unauthenticated; code += 1)
    if (code in Code && codeToHttpStatus(code) === status) return code;
  const code = codeFromHttpStatus(status);
  return code === Code.Unknown && isCallersMistake(status) ? Code.InvalidArgument : code;
}

/** Such as a content type that is none. */
function isCallersMistake(status: number): boolean {
  return status >= 400 && status < 500;
}
