import { once } from "node:events";
import http2 from "node:http2";
import { createHistogram } from "../latency.ts";
import { readCpuSeconds } from "../proc.ts";
import { checkLength, type Exchange } from "./connection.ts";
import type { LargeOrder, LoadReport } from "./orders.ts";
import { encodeEnvelope, envelopeBytes } from "./request-frames.ts";

/** Never what holds an answer up. */
const windowBytes = 2 ** 30;

/** Carries out an order of large calls. Rejects at the first call that fails. */
export async function runLarge({ exchange, calls, pid }: LargeOrder): Promise<LoadReport> {
  const session = http2.connect(`http://127.0.0.1:${exchange.port}`, {
    settings: { initialWindowSize: windowBytes, enablePush: false },
  });
  await once(session, "connect");
  session.setLocalWindowSize(windowBytes);
  const body = encodeEnvelope(exchange.body);
  const histogram = createHistogram();
  try {
    await call(session, exchange, body);
    const [usage, serverBefore, started] = [
      process.cpuUsage(),
      readCpuSeconds(pid),
      performance.now(),
    ];
    for (let count = 0; count < calls; count += 1) {
      const before = performance.now();
      // oxlint-disable-next-line no-await-in-loop -- one at a time is the point
      await call(session, exchange, body);
      histogram.record(performance.now() - before);
    }
    const { user, system } = process.cpuUsage(usage);
    return {
      calls,
      seconds: (performance.now() - started) / 1000,
      p50: histogram.quantile(0.5),
      p99: histogram.quantile(0.99),
      serverCpu: readCpuSeconds(pid) - serverBefore,
      ownCpu: (user + system) / 1e6,
    };
  } finally {
    session.destroy();
  }
}

async function call(
  session: http2.ClientHttp2Session,
  exchange: Exchange,
  body: Buffer,
): Promise<void> {
  const stream = session.request({
    ":method": "POST",
    ":path": exchange.path,
    "content-type": "application/grpc",
    te: "trailers",
  });
  let bytes = 0;
  let status: unknown;
  stream.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  // A refusal has its status among the headers.
  for (const event of ["response", "trailers"])
    stream.on(event, (headers: http2.IncomingHttpHeaders) => {
      status = headers["grpc-status"] ?? status;
    });
  stream.end(body);
  await once(stream, "end");
  if (status !== "0") throw new Error(`a call ended with the gRPC status ${String(status)}`);
  const wrong = checkLength(exchange, bytes - envelopeBytes);
  if (wrong !== undefined) throw new Error(wrong);
}
