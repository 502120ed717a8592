import { Code, ConnectError } from "@connectrpc/connect";
import { context, propagation, ROOT_CONTEXT, SpanStatusCode, trace } from "@opentelemetry/api";
import { ErrorInfoSchema } from "@presage/gen/google/rpc/error_details_pb";
import { afterEach, describe, expect, it } from "vitest";
import type { PresageClient } from "./client.ts";
import { createClient } from "./node.ts";
import { type Listening, listenFake } from "./testing/listening.ts";
import { takeSamples } from "./testing/samples.ts";
import {
  describeSpan,
  type Telemetry,
  type TracedApplication,
  traceApplication,
  traceparent,
} from "./testing/traced-application.ts";

const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

function start(telemetry?: Telemetry): TracedApplication {
  const application = traceApplication(telemetry);
  stops.push(application.stop);
  return application;
}

async function listen(httpVersion: "1.1" | "2" = "2"): Promise<Listening> {
  const listening = await listenFake(httpVersion);
  stops.push(listening.stop);
  return listening;
}

function sent({ server }: Listening, name = "traceparent"): (string | null)[] {
  return [...server.contexts, ...server.streams].map((call) => call.requestHeader.get(name));
}

const ok = { "rpc.status_code": "OK" };
const unset = { code: SpanStatusCode.UNSET };

describe("startCallSpan()", () => {
  it("makes one span of a call that is tried again, and tells the server of it each time", async () => {
    const listening = await listen();
    listening.server.failures.push(new ConnectError("busy", Code.Unavailable));
    const client = createClient({ ...listening, retry: { initialBackoffMs: 0 } });
    const { spans } = await start().act(() => client.models());
    expect(spans.map(({ status, attributes }) => ({ status, attributes }))).toEqual([
      { status: unset, attributes: expect.objectContaining(ok) },
    ]);
    expect(spans[0]?.events.map(({ name, attributes }) => ({ name, attributes }))).toEqual([
      {
        name: "retry",
        attributes: { "presage.attempt": 2, "rpc.status_code": "UNAVAILABLE" },
      },
    ]);
    expect(sent(listening)).toEqual([traceparent(spans[0]), traceparent(spans[0])]);
  });

  const details = [{ desc: ErrorInfoSchema, value: { reason: "INVALID_INPUT" } }];
  const invalid = new ConnectError("rows[0].x: got 271828", Code.InvalidArgument, {}, details);
  const failures: [string, string, string | undefined, (client: PresageClient) => unknown][] = [
    ["a call that is refused", "INVALID_ARGUMENT", "INVALID_INPUT", (client) => client.models()],
    [
      "a call that is cancelled",
      "CANCELLED",
      undefined,
      (client) => client.models({ signal: AbortSignal.abort() }),
    ],
    [
      "a stream whose source fails",
      "UNKNOWN",
      undefined,
      (client) =>
        client
          .predictStream(
            "echo",
            (async function* () {
              yield await Promise.reject<{ rows: object }>(new Error("no rows"));
            })(),
          )
          .next(),
    ],
    [
      "a stream that is cancelled",
      "CANCELLED",
      undefined,
      (client) => client.watchMetrics("echo", { signal: AbortSignal.abort() }).next(),
    ],
  ];
  for (const [what, status, reason, call] of failures) {
    it(`marks ${what} as failed, without a value of its request`, async () => {
      const listening = await listen();
      listening.server.failures.push(invalid);
      const client = createClient({ ...listening, retry: false });
      const { spans } = await start().act(() => expect(call(client)).rejects.toBeInstanceOf(Error));
      expect(spans.map(({ status: code, attributes }) => ({ status: code, attributes }))).toEqual([
        {
          status: { code: SpanStatusCode.ERROR, ...(reason !== undefined && { message: reason }) },
          attributes: expect.objectContaining({
            "rpc.status_code": status,
            "error.type": status,
          }),
        },
      ]);
      expect(JSON.stringify(spans.map(describeSpan))).not.toContain("271828");
    });
  }

  it("marks a stream whose connection is lost as failed", async () => {
    const listening = await listen();
    const watch = createClient(listening).watchMetrics("echo");
    const { spans } = await start().act(async () => {
      await watch.next();
      listening.disconnect();
      await expect(takeSamples(watch, Infinity)).rejects.toMatchObject({ code: "unavailable" });
    });
    expect(spans.map(({ status }) => status)).toEqual([
      { code: SpanStatusCode.ERROR, message: "CONNECTION_LOST" },
    ]);
  });

  it("makes no span of a call that cannot be sent", async () => {
    const client = createClient(await listen());
    const { spans } = await start().act(() =>
      expect(client.predict("echo", { x: Number.NaN })).rejects.toMatchObject({
        code: "invalid_argument",
      }),
    );
    expect(spans).toEqual([]);
  });

  it("has the span active while the call is made, and not after", async () => {
    const active: unknown[] = [];
    const note = (): void => void active.push(trace.getActiveSpan()?.spanContext().spanId);
    const auth = async (): Promise<string> => {
      note();
      return "Bearer x";
    };
    const client = createClient({ ...(await listen()), auth });
    const { spans, own } = await start().act(async () => {
      await client.models();
      note();
    });
    expect(active).toEqual([spans[0]?.spanContext().spanId, own?.spanContext().spanId]);
  });

  it("sends whatever the application's propagators write", async () => {
    const listening = await listen();
    const baggage = propagation.createBaggage({ tenant: { value: "blue" } });
    await start().act(() =>
      context.with(propagation.setBaggage(context.active(), baggage), () =>
        createClient(listening).models(),
      ),
    );
    expect(sent(listening, "baggage")).toEqual(["tenant=blue"]);
  });

  it("leaves a header that the caller gives", async () => {
    const listening = await listen();
    const given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const call = { headers: { TraceParent: given } };
    await start().act(() => createClient(listening).models(call));
    expect(sent(listening)).toEqual([given]);
  });

  it("begins a trace where the application has no context manager", async () => {
    const listening = await listen();
    const { spans } = await start({ contexts: false }).act(() => createClient(listening).models());
    expect(spans.map(({ parentSpanContext }) => parentSpanContext)).toEqual([undefined]);
    expect(sent(listening)).toEqual([traceparent(spans[0])]);
  });

  it("tells the server of a trace that is not sampled", async () => {
    const listening = await listen();
    const { spans } = await start({ traces: "unsampled" }).act(() =>
      createClient(listening).models(),
    );
    expect(spans).toEqual([]);
    expect(sent(listening)).toEqual([expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)]);
  });

  it("passes the context on where the application makes no spans", async () => {
    const listening = await listen();
    const [traceId, spanId] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
    const active = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1 });
    await start({ traces: "none" }).act(() =>
      context.with(active, () => createClient(listening).models()),
    );
    expect(sent(listening)).toEqual([`00-${traceId}-${spanId}-01`]);
  });

  it("does nothing if the client is not to trace", async () => {
    const listening = await listen();
    const client = createClient({ ...listening, tracing: false });
    const { spans } = await start().act(async () => {
      await client.models();
      await takeSamples(client.watchMetrics("echo"), 1);
    });
    expect(spans).toEqual([]);
    expect(sent(listening)).toEqual([null, null]);
  });

  it("does nothing without OpenTelemetry", async () => {
    const listening = await listen();
    await createClient(listening).models();
    expect(sent(listening)).toEqual([null]);
  });
});
