import {
  defaultResource,
  detectResources,
  envDetector,
  hostDetector,
  osDetector,
  type Resource,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from "@opentelemetry/resources";

/**
 * Who sends traces and metrics: the service `presage` in its version, this
 * process by a random id, this host, and above all what OTEL_SERVICE_NAME and
 * OTEL_RESOURCE_ATTRIBUTES say.
 */
export function describeResource(version: string): Resource {
  const own = { "service.name": "presage", "service.version": version };
  // Not what is known of the process: its arguments may hold a store's password.
  const detectors = [serviceInstanceIdDetector, hostDetector, osDetector, envDetector];
  return defaultResource().merge(resourceFromAttributes(own)).merge(detectResources({ detectors }));
}
