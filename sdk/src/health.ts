import { HealthCheckResponse_ServingStatus } from "@presage/gen/grpc/health/v1/health_pb";
import type { CallOptions } from "./options.ts";

/** Whether a server, or one of its services, answers calls. */
export type HealthStatus = "UNKNOWN" | "SERVING" | "NOT_SERVING" | "SERVICE_UNKNOWN";

/** What can be set for one health check. */
export interface HealthOptions extends CallOptions {
  /**
   * The service that is asked about.
   * @default "" the server as a whole
   */
  readonly service?: string | undefined;
}

const statuses: Readonly<Record<HealthCheckResponse_ServingStatus, HealthStatus>> = {
  [HealthCheckResponse_ServingStatus.UNKNOWN]: "UNKNOWN",
  [HealthCheckResponse_ServingStatus.SERVING]: "SERVING",
  [HealthCheckResponse_ServingStatus.NOT_SERVING]: "NOT_SERVING",
  [HealthCheckResponse_ServingStatus.SERVICE_UNKNOWN]: "SERVICE_UNKNOWN",
};

/** Reads a status; one that this client does not know is UNKNOWN. */
export function decodeHealth(status: HealthCheckResponse_ServingStatus): HealthStatus {
  return statuses[status] ?? "UNKNOWN";
}
