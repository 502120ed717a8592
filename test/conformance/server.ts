import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { toStatusCode } from "../../server/src/services/errors.ts";
import { type CallSteps, createCallSteps } from "../../server/src/transport/calls.ts";
import { createConnectLane } from "../../server/src/transport/connect-lane.ts";
import { createCors } from "../../server/src/transport/cors.ts";
import { createProbes } from "../../server/src/transport/http/probes.ts";
import { createLanes } from "../../server/src/transport/lanes.ts";
import { createListener } from "../../server/src/transport/listener.ts";
import { createPlainLane } from "../../server/src/transport/plain-lane.ts";
import { unaryMethods } from "../../server/src/transport/routes.ts";
import { createUnknownHandler } from "../../server/src/transport/unimplemented.ts";
import {
  ServerCompatRequestSchema,
  ServerCompatResponseSchema,
} from "./gen/connectrpc/conformance/v1/server_compat_pb.js";
import { ConformanceService } from "./gen/connectrpc/conformance/v1/service_pb.js";
import { conformanceService, conformanceTypes } from "./service.ts";

/**
 * The program that the runner of the conformance suite starts, once for each protocol and kind of
 * connection: the server's own listener and Connect lane, with the suite's service on them. It
 * reads what is wanted from the standard input, writes its address to the standard output, and
 * ends on SIGTERM, for the runner closes the input at once.
 */

const defaultMaxBytes = 64 * 1024 * 1024;
const maxDeadlineMs = 60_000;
/** The bytes of the length in front of a message. */
const lengthBytes = 4;

const { useTls, serverCreds, messageReceiveLimit } = fromBinary(
  ServerCompatRequestSchema,
  await readDelimited(process.stdin),
);
const tls = useTls && serverCreds !== undefined ? readIdentity(serverCreds) : undefined;

const reportFault = (fault: unknown): void => console.error("fault:", fault);
const steps: CallSteps = {
  ...createCallSteps({ reportFault }),
  // The suite takes no details that it did not ask for, as the server's own errors have.
  refuse: ({ message, code }) => new ConnectError(message, toStatusCode(code)),
};
const limits = {
  maxRequestBytes: messageReceiveLimit === 0 ? defaultMaxBytes : messageReceiveLimit,
  maxResponseBytes: defaultMaxBytes,
  maxDeadlineMs,
  maxValues: 2_000_000,
};
const connect = createConnectLane({
  steps,
  routes: (router) => router.service(ConformanceService, conformanceService),
  anyTypes: conformanceTypes,
  otherwise: createUnknownHandler(steps),
  reportFault,
  ...limits,
});
// Without its methods the plain lane takes nothing, and every call goes to Connect's engine.
const methods = process.argv.includes("--engine-only")
  ? []
  : unaryMethods(ConformanceService, conformanceService).filter(
      ({ answer }) => answer !== undefined,
    );
const lanes = createLanes({
  cors: createCors({ allowedOrigins: [] }),
  probes: createProbes({ isReady: () => true }),
  plain: createPlainLane({ methods, anyTypes: conformanceTypes, steps, connect, ...limits }),
  connect,
});
const listener = createListener({
  host: "127.0.0.1",
  port: 0,
  tls,
  takeCall: lanes.takeCall,
  takeStream: lanes.takeStream,
  handler: lanes.handle,
  handlerFailed: reportFault,
  drainGraceMs: 0,
});
const { host, port } = await listener.listen();
process.once("SIGTERM", () => void listener.drain(0));

const response = create(ServerCompatResponseSchema, {
  host,
  port,
  ...(tls !== undefined && { pemCert: tls.cert }),
});
process.stdout.write(delimit(toBinary(ServerCompatResponseSchema, response)));

function readIdentity({ cert, key }: { readonly cert: Uint8Array; readonly key: Uint8Array }): {
  readonly cert: Buffer;
  readonly key: Buffer;
} {
  return { cert: Buffer.from(cert), key: Buffer.from(key) };
}

/** Reads one message, which has its length as a big-endian uint32 in front. */
async function readDelimited(input: AsyncIterable<Buffer>): Promise<Buffer> {
  let received = Buffer.alloc(0);
  for await (const chunk of input) {
    received = Buffer.concat([received, chunk]);
    if (received.length < lengthBytes) continue;
    const end = lengthBytes + received.readUInt32BE();
    if (received.length >= end) return received.subarray(lengthBytes, end);
  }
  throw new Error("the standard input ended within a message");
}

/** Writes one message as `readDelimited` reads it. */
function delimit(message: Uint8Array): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(message.length);
  return Buffer.concat([length, message]);
}
