import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import {
  Health,
  HealthCheckResponse_ServingStatus as Serving,
} from "@presage/gen/grpc/health/v1/health_pb";
import { PresageError } from "@presage/sdk/node";
import type { Console, ExitCode } from "./console.ts";

/** What `presage health` is run with. */
export interface HealthCall {
  /** Where the server is; without it, on this machine, where the variables say that it listens. */
  readonly url: string | undefined;
  /** The service that is asked about; the empty text is the server as a whole. */
  readonly service: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly console: Console;
}

/** No probe waits for longer. */
const timeoutMs = 5000;
const anyAddress: readonly string[] = ["", "0.0.0.0", "::"];

/** Asks a server whether it serves, by the protocol of gRPC's own probes: 0 if it does, else 1. */
export async function health(call: HealthCall): Promise<ExitCode> {
  const url = call.url ?? localUrl(call.environment);
  const { protocol, hostname } = URL.parse(url) ?? {};
  if (hostname === undefined || !/^https?:$/.test(protocol ?? "")) {
    call.console.err(`expected the server's URL, e.g. http://localhost:8080, got ${url}`);
    return 2;
  }
  const transport = createGrpcTransport({
    baseUrl: url,
    defaultTimeoutMs: timeoutMs,
    // On this machine the name of a certificate is that of another address.
    nodeOptions: { rejectUnauthorized: !isLoopback(hostname) },
  });
  try {
    const { status } = await createClient(Health, transport).check({ service: call.service });
    call.console.out(Serving[status] ?? "UNKNOWN");
    return status === Serving.SERVING ? 0 : 1;
  } catch (error) {
    call.console.err(`cannot ask ${url}: ${PresageError.from(error).message}`);
    return 1;
  }
}

/** Where a server with these variables listens, as seen from its own machine. */
export function localUrl(environment: HealthCall["environment"]): string {
  const host = environment["PRESAGE_HOST"] ?? "";
  const name = anyAddress.includes(host) ? "127.0.0.1" : host;
  const scheme = environment["PRESAGE_TLS_CERT"] === undefined ? "http" : "https";
  const authority = name.includes(":") ? `[${name}]` : name;
  return `${scheme}://${authority}:${environment["PRESAGE_PORT"] ?? "8080"}`;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}
