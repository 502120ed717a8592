import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { afterEach, describe, expect, it } from "vitest";
import type { PresageClient } from "./client.ts";
import { type ClientOptions, createClient } from "./node.ts";
import { type Listening, listenFake } from "./testing/listening.ts";
import { takeSamples } from "./testing/samples.ts";
import {
  describeSpan,
  type TracedApplication,
  traceApplication,
  traceparent,
} from "./testing/traced-application.ts";
import { createClient as createWebClient, type ClientOptions as WebOptions } from "./web.ts";

const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

function start(): TracedApplication {
  const application = traceApplication();
  stops.push(application.stop);
  return application;
}

async function listen(httpVersion: "1.1" | "2" = "2"): Promise<Listening> {
  const listening = await listenFake(httpVersion);
  stops.push(listening.stop);
  return listening;
}

/** What every span of a gRPC call to the server says. */
function peerOf(baseUrl: string): object {
  const port = Number(new URL(baseUrl).port);
  return { "rpc.system.name": "grpc", "server.address": "127.0.0.1", "server.port": port };
}

function sent({ server }: Listening): (string | null)[] {
  return [...server.contexts, ...server.streams].map((call) =>
    call.requestHeader.get("traceparent"),
  );
}

const inference = "presage.v1.InferenceService";
const ok = { "rpc.status_code": "OK" };
const unset = { code: SpanStatusCode.UNSET };

const wires: [string, "1.1" | "2", Omit<ClientOptions, "baseUrl">, string][] = [
  ["grpc", "2", {}, "grpc"],
  ["grpc in JSON", "2", { format: "json" }, "grpc"],
  ["grpc-web over HTTP/1.1", "1.1", { protocol: "grpc-web" }, "grpc_web"],
  ["grpc-web over HTTP/2", "2", { protocol: "grpc-web", httpVersion: "2" }, "grpc_web"],
  ["connect over HTTP/1.1", "1.1", { protocol: "connect" }, "connectrpc"],
  ["connect over HTTP/2", "2", { protocol: "connect", httpVersion: "2" }, "connectrpc"],
];

const webWires: [string, Omit<WebOptions, "baseUrl">, string][] = [
  ["connect by fetch()", {}, "connectrpc"],
  ["connect in JSON by fetch()", { format: "json" }, "connectrpc"],
  ["grpc-web by fetch()", { protocol: "grpc-web" }, "grpc_web"],
];

const clients: [string, "1.1" | "2", (baseUrl: string) => PresageClient, string][] = [
  ...wires.map(([what, version, options, system]): (typeof clients)[number] => [
    what,
    version,
    (baseUrl) => createClient({ baseUrl, ...options }),
    system,
  ]),
  ...webWires.map(([what, options, system]): (typeof clients)[number] => [
    what,
    "1.1",
    (baseUrl) => createWebClient({ baseUrl, ...options }),
    system,
  ]),
];

describe("createClient() of an application that has OpenTelemetry", () => {
  for (const [what, httpVersion, create, system] of clients) {
    it(`traces calls by ${what}, and tells the server`, async () => {
      const listening = await listen(httpVersion);
      const client = create(listening.baseUrl);
      const { result, spans, own } = await start().act(() => client.predict("echo", { x: 1 }));
      expect(result.row).toEqual({ x: 1 });
      expect(spans.map(describeSpan)).toEqual([
        {
          name: `${inference}/Predict`,
          attributes: {
            ...peerOf(listening.baseUrl),
            "rpc.system.name": system,
            "rpc.method": `${inference}/Predict`,
            ...ok,
          },
          status: unset,
        },
      ]);
      expect(spans[0]?.kind).toBe(SpanKind.CLIENT);
      expect(spans[0]?.parentSpanContext).toEqual(own?.spanContext());
      expect(sent(listening)).toEqual([traceparent(spans[0])]);
    });

    it(`traces streams by ${what} until their reader leaves, and tells the server`, async () => {
      const listening = await listen(httpVersion);
      const client = create(listening.baseUrl);
      const { spans, own } = await start().act(() => takeSamples(client.watchMetrics("echo"), 2));
      expect(spans.map(describeSpan)).toEqual([
        {
          name: `${inference}/WatchMetrics`,
          attributes: {
            ...peerOf(listening.baseUrl),
            "rpc.system.name": system,
            "rpc.method": `${inference}/WatchMetrics`,
            "rpc.status_code": "CANCELLED",
          },
          status: unset,
        },
      ]);
      expect(spans[0]?.parentSpanContext).toEqual(own?.spanContext());
      expect(sent(listening)).toEqual([traceparent(spans[0])]);
    });
  }

  const methods: [string, (client: PresageClient) => Promise<unknown>][] = [
    [`${inference}/Feedback`, (client) => client.feedback("p1", { truth: 1 })],
    [
      `${inference}/Feedback`,
      (client) => client.predictWithFeedback("echo", { x: 1 }, { reward: 1 }),
    ],
    [`${inference}/Metrics`, (client) => client.metrics("echo")],
    ["presage.v1.ModelService/ListModels", (client) => client.models()],
    ["presage.v1.ModelService/GetModel", (client) => client.model("echo")],
    ["grpc.health.v1.Health/Check", (client) => client.health()],
  ];
  for (const [name, call] of methods) {
    it(`traces ${call.toString().replace(/.*client\./, "")} as ${name}`, async () => {
      const listening = await listen();
      const { spans } = await start().act(() => call(createClient(listening)));
      expect(spans.map((span) => [span.name, span.attributes["rpc.method"]])).toEqual([
        [name, name],
      ]);
      expect(sent(listening)).toEqual([traceparent(spans[0])]);
    });
  }

  it("traces a stream of requests until its last answer was read", async () => {
    const listening = await listen();
    const client = createClient(listening);
    const { result, spans } = await start().act(async () => {
      const ids = [];
      const source = [{ rows: { x: 1 } }, { rows: { x: 2 } }];
      for await (const { requestId } of client.predictStream("echo", source)) ids.push(requestId);
      return ids;
    });
    expect(result.toSorted()).toEqual(["#1", "#2"]);
    const method = { "rpc.method": `${inference}/PredictStream` };
    expect(spans.map(describeSpan)).toEqual([
      {
        name: `${inference}/PredictStream`,
        attributes: { ...peerOf(listening.baseUrl), ...method, ...ok },
        status: unset,
      },
    ]);
    expect(sent(listening)).toEqual([traceparent(spans[0])]);
  });

  it("traces a stream of requests until its reader leaves", async () => {
    const listening = await listen();
    const client = createClient(listening);
    const { spans } = await start().act(async () => {
      const source = [{ rows: { x: 1 } }, { rows: { x: 2 } }];
      for await (const { error } of client.predictStream("echo", source)) {
        expect(error).toBeUndefined();
        break;
      }
    });
    expect(spans.map(({ attributes, status }) => [attributes["rpc.status_code"], status])).toEqual([
      ["CANCELLED", unset],
    ]);
  });
});
