/*
 * An application that has OpenTelemetry, set up by its standard variables: calls a server in the
 * ways whose traces are tested, and prints for each the traces that it began, as `TracedCalls`.
 * Arguments: the server's URL, the protocol.
 */
import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { type ClientOptions, createClient } from "@presage/sdk/node";

/** The ids of the traces that each kind of call began. */
export interface TracedCalls {
  /** One call of one row. */
  readonly single: string;
  /** One stream of four requests. */
  readonly stream: string;
  /** Four calls at once, which are one run: a trace each. */
  readonly merged: readonly string[];
  /** A call whose row does not fit. */
  readonly refused: string;
  /** A call of a model that could not be loaded. */
  readonly unavailable: string;
  /** A prediction, and what was true of it. */
  readonly feedback: string;
}

const [baseUrl = "", protocol = "grpc"] = process.argv.slice(2);
const flower = [5.1, 3.5, 1.4, 0.2];
const four = [1, 2, 3, 4];

const opentelemetry = new NodeSDK({ instrumentations: [] });
opentelemetry.start();
const options: ClientOptions = { baseUrl, protocol: readProtocol(protocol), retry: false };
const client = createClient(options);
/** Streams need HTTP/2, which gRPC has in any case. */
const streaming = createClient({ ...options, httpVersion: "2" });

/** Does work in a span of its own, which begins a trace; gives the trace's id. */
function traced(work: () => Promise<unknown>): Promise<string> {
  const tracer = trace.getTracer("application");
  return tracer.startActiveSpan("work", {}, ROOT_CONTEXT, async (span) => {
    await work();
    span.end();
    return span.spanContext().traceId;
  });
}

async function stream(): Promise<void> {
  const requests = four.map(() => ({ rows: [flower] }));
  for await (const { error } of streaming.predictStream("gathered", requests)) {
    if (error !== undefined) throw error;
  }
}

/** Waits until a call fails, as it must. */
async function failing(call: Promise<unknown>): Promise<void> {
  const failed = await call.then(
    () => false,
    () => true,
  );
  if (!failed) throw new Error("the call was answered");
}

async function predictAndReport(): Promise<void> {
  const prediction = await client.predict("iris", flower);
  await prediction.feedback({ truth: "setosa" });
}

const calls: TracedCalls = {
  single: await traced(() => client.predict("iris", flower)),
  stream: await traced(stream),
  merged: await Promise.all(four.map(() => traced(() => client.predict("gathered", flower)))),
  refused: await traced(() => failing(client.predict("iris", ["wide", 3.5, 1.4, 0.2]))),
  unavailable: await traced(() => failing(client.predict("broken", flower))),
  feedback: await traced(predictAndReport),
};
await opentelemetry.shutdown();
process.stdout.write(JSON.stringify(calls));

function readProtocol(text: string): ClientOptions["protocol"] {
  if (text === "grpc" || text === "grpc-web" || text === "connect") return text;
  throw new Error(`there is no protocol "${text}"`);
}
