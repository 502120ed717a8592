/* A page that has OpenTelemetry; whoever drives it calls `tracedPage`. */
import { context, propagation, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { SimpleSpanProcessor, StackContextManager, TracerProvider } from "@opentelemetry/sdk-trace";
import { createClient } from "@presage/sdk/web";

/** What the page is told. */
export interface PageCall {
  /** The server's URL. */
  readonly server: string;
  readonly protocol: "connect" | "grpc-web";
  /** Where the page's own spans go. */
  readonly collector: string;
}

declare global {
  /** Asks for a prediction in a span of the page; gives its trace's id once the spans were sent. */
  var tracedPage: (call: PageCall) => Promise<string>;
}

propagation.setGlobalPropagator(new W3CTraceContextPropagator());
context.setGlobalContextManager(new StackContextManager());

globalThis.tracedPage = async ({ server, protocol, collector }) => {
  const exporter = new OTLPTraceExporter({ url: `${collector}/v1/traces` });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": "page" }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  trace.disable();
  trace.setGlobalTracerProvider(provider);
  const client = createClient({ baseUrl: server, protocol });
  const span = provider.getTracer("page").startSpan("click");
  const inSpan = trace.setSpan(context.active(), span);
  await context.with(inSpan, () => client.predict("iris", [5.1, 3.5, 1.4, 0.2]));
  span.end();
  await provider.shutdown();
  return span.spanContext().traceId;
};
