/* Calls a server as an application that has OpenTelemetry: its traces reach into the server. */
import { type Span, trace } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { createClient, isPresageError } from "@presage/sdk";

const baseUrl = process.argv[2] ?? process.env["PRESAGE_URL"] ?? "http://localhost:8080";

// Where spans go, and how many, is said by OTEL_EXPORTER_OTLP_ENDPOINT and the other standard
// variables; without any, to a viewer on this machine.
process.env["OTEL_SERVICE_NAME"] ??= "flower-shop";
process.env["OTEL_METRICS_EXPORTER"] ??= "none";
process.env["OTEL_LOGS_EXPORTER"] ??= "none";
const opentelemetry = new NodeSDK({ instrumentations: [] });
opentelemetry.start();

const client = createClient({ baseUrl });
const flowers = [
  [5.1, 3.5, 1.4, 0.2],
  [6.7, 3.1, 4.4, 1.4],
  [6.9, 3.1, 5.4, 2.1],
  [4.6, 3.4, 1.4, 0.3],
];

await inSpan("one flower", () => client.predict("iris", flowers[0] ?? []));

// The server runs the model once for all that wait: that run is linked to each of the calls.
await inSpan("many at once", () =>
  Promise.all(flowers.map((flower) => client.predict("iris", flower))),
);

await inSpan("a stream", async () => {
  const requests = flowers.map((rows) => ({ rows }));
  for await (const { error } of client.predictStream("iris", requests)) {
    if (error !== undefined) throw error;
  }
});

await inSpan("a prediction, and what was true", async () => {
  const prediction = await client.predict("iris", flowers[0] ?? []);
  await prediction.feedback({ truth: "setosa" });
});

await inSpan("a mistake", async () => {
  try {
    await client.predict("iris", ["wide", 3.5, 1.4, 0.2]);
  } catch (error) {
    if (!isPresageError(error)) throw error;
  }
});

// What is not sent yet would be lost.
await opentelemetry.shutdown();

/** Does work in a span of its own, and tells the id of its trace. */
async function inSpan(name: string, work: () => Promise<unknown>): Promise<void> {
  await trace.getTracer("flower-shop").startActiveSpan(name, async (span: Span) => {
    try {
      await work();
    } finally {
      span.end();
      process.stdout.write(`${span.spanContext().traceId}  ${name}\n`);
    }
  });
}
