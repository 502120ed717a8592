import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { ModelService } from "@presage/gen/presage/v1/model_pb";
import { afterEach, describe, expect, it } from "vitest";
import { type Listening, listenFake } from "./testing/listening.ts";
import { describeSpan, traceApplication, traceparent } from "./testing/traced-application.ts";
import { traceCalls } from "./trace-calls.ts";

const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function listen(): Promise<Listening> {
  const listening = await listenFake("2");
  stops.push(listening.stop);
  return listening;
}

function start(): ReturnType<typeof traceApplication> {
  const application = traceApplication();
  stops.push(application.stop);
  return application;
}

const interceptors = [traceCalls];
const httpVersion = "2";
const transports: [string, (baseUrl: string) => Transport][] = [
  ["grpc", (baseUrl) => createGrpcTransport({ baseUrl, interceptors })],
  ["grpc_web", (baseUrl) => createGrpcWebTransport({ baseUrl, interceptors, httpVersion })],
  ["connectrpc", (baseUrl) => createConnectTransport({ baseUrl, interceptors, httpVersion })],
];

function described(system: string, baseUrl: string, name: string, status: string): object {
  return {
    name,
    attributes: {
      "rpc.system.name": system,
      "rpc.method": name,
      "server.address": "127.0.0.1",
      "server.port": Number(new URL(baseUrl).port),
      "rpc.status_code": status,
      ...(status !== "OK" && { "error.type": status }),
    },
    status: { code: status === "OK" ? SpanStatusCode.UNSET : SpanStatusCode.ERROR },
  };
}

describe("traceCalls()", () => {
  for (const [system, create] of transports) {
    it(`traces calls by ${system}, and tells the server`, async () => {
      const { server, baseUrl } = await listen();
      server.failures.push(undefined, new ConnectError("busy", Code.Unavailable));
      const { listModels } = createClient(ModelService, create(baseUrl));
      const { spans, own } = await start().act(async () => {
        await listModels({});
        await expect(listModels({})).rejects.toThrow("busy");
      });
      const name = "presage.v1.ModelService/ListModels";
      expect(spans.map(describeSpan)).toEqual([
        described(system, baseUrl, name, "OK"),
        described(system, baseUrl, name, "UNAVAILABLE"),
      ]);
      expect(spans.map(({ kind }) => kind)).toEqual([SpanKind.CLIENT, SpanKind.CLIENT]);
      expect(spans[1]?.parentSpanContext).toEqual(own?.spanContext());
      expect(server.contexts.map((call) => call.requestHeader.get("traceparent"))).toEqual(
        spans.map(traceparent),
      );
    });

    it(`traces streams by ${system} until their end`, async () => {
      const { server, baseUrl, disconnect } = await listen();
      const { watchMetrics, predictStream } = createClient(InferenceService, create(baseUrl));
      const { spans } = await start().act(async () => {
        const requests = [{ request: { model: "echo" } }];
        for await (const answer of predictStream(iterate(requests)))
          expect(answer.outcome.case).toBe("response");
        const watch = watchMetrics({ request: { model: "echo" } })[Symbol.asyncIterator]();
        await watch.next();
        disconnect();
        await expect(readOn(watch)).rejects.toBeInstanceOf(ConnectError);
      });
      expect(spans.map(({ name, status: { code } }) => [name, code])).toEqual([
        ["presage.v1.InferenceService/PredictStream", SpanStatusCode.UNSET],
        ["presage.v1.InferenceService/WatchMetrics", SpanStatusCode.ERROR],
      ]);
      expect(server.streams.map((call) => call.requestHeader.get("traceparent"))).toEqual(
        spans.map(traceparent),
      );
    });
  }

  it("does nothing without OpenTelemetry", async () => {
    const { server, baseUrl } = await listen();
    await createClient(ModelService, createGrpcTransport({ baseUrl, interceptors })).listModels({});
    expect(server.contexts.map((call) => call.requestHeader.get("traceparent"))).toEqual([null]);
  });
});

async function* iterate<T>(messages: readonly T[]): AsyncGenerator<T> {
  yield* messages;
}

async function readOn(iterator: AsyncIterator<unknown>): Promise<void> {
  for (let step = await iterator.next(); step.done !== true; ) step = await iterator.next();
}
