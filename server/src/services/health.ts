import { create } from "@bufbuild/protobuf";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  type Health,
  type HealthCheckRequest,
  type HealthCheckResponse,
  HealthCheckResponseSchema,
  HealthCheckResponse_ServingStatus as Serving,
} from "@presage/gen/grpc/health/v1/health_pb";
import { ServingError } from "../core/errors.ts";
import type { Readiness, ServerPhase } from "../core/readiness.ts";
import type { ServiceDirectory } from "./service-directory.ts";

/** What the health service works with. */
export interface HealthParts {
  readonly readiness: Readiness;
  /** The services whose health can be asked for. */
  readonly directory: Pick<ServiceDirectory, "names" | "subscribe">;
}

const server = "";

/**
 * Makes `grpc.health.v1.Health`. The server ("") and each of its services are
 * SERVING once the models were loaded, and NOT_SERVING from the moment that the
 * server begins to stop; watchers are told so before their streams end. A service
 * that comes or goes while it is watched is told as SERVICE_UNKNOWN without its model.
 */
export function createHealthService({
  readiness,
  directory,
}: HealthParts): ServiceImpl<typeof Health> {
  const isKnown = (service: string): boolean =>
    service === server || directory.names.includes(service);
  const respond = (service: string, phase: ServerPhase): HealthCheckResponse =>
    create(HealthCheckResponseSchema, {
      status: isKnown(service) ? statusOf(phase) : Serving.SERVICE_UNKNOWN,
    });

  return {
    check({ service }: HealthCheckRequest) {
      if (isKnown(service)) return respond(service, readiness.phase);
      throw new ConnectError(`unknown service "${service}"`, Code.NotFound);
    },
    list: () => ({
      statuses: Object.fromEntries(
        [server, ...directory.names].map((name) => [name, respond(name, readiness.phase)]),
      ),
    }),
    async *watch({ service }: HealthCheckRequest, { signal }: HandlerContext) {
      const phases: ServerPhase[] = [readiness.phase];
      let wake = Promise.withResolvers<void>();
      const stop = (): void => wake.resolve();
      const note = (phase: ServerPhase): void => {
        phases.push(phase);
        wake.resolve();
      };
      const unsubscribe = readiness.subscribe(note);
      const unsubscribeDirectory = directory.subscribe(() => note(readiness.phase));
      signal.addEventListener("abort", stop, { once: true });
      try {
        let told: Serving | undefined;
        while (!signal.aborted) {
          const phase = phases.shift();
          if (phase === undefined) {
            await wake.promise;
            wake = Promise.withResolvers();
            continue;
          }
          const response = respond(service, phase);
          if (response.status !== told) yield response;
          told = response.status;
          if (phase === "draining")
            throw new ServingError("SHUTTING_DOWN", "the server is stopping");
        }
      } finally {
        unsubscribe();
        unsubscribeDirectory();
        signal.removeEventListener("abort", stop);
      }
    },
  };
}

function statusOf(phase: ServerPhase): Serving {
  return phase === "ready" ? Serving.SERVING : Serving.NOT_SERVING;
}
