/** What may be sent by OpenTelemetry's protocol. */
export type Signal = "traces" | "metrics";

/**
 * Whether the standard variables ask for a signal to be sent: by its exporter or
 * by an endpoint, its own or that of all signals. Without either nothing is sent,
 * though the specification would have it go to this host: few servers have a
 * collector there. OTEL_SDK_DISABLED turns everything off.
 */
export function isExported(
  signal: Signal,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  const read = (name: string): string => environment[name]?.trim() ?? "";
  if (read("OTEL_SDK_DISABLED").toLowerCase() === "true") return false;
  const upper = signal.toUpperCase();
  const exporter = read(`OTEL_${upper}_EXPORTER`);
  if (exporter !== "") return exporter !== "none";
  const endpoints = [`OTEL_EXPORTER_OTLP_${upper}_ENDPOINT`, "OTEL_EXPORTER_OTLP_ENDPOINT"];
  return endpoints.some((name) => read(name) !== "");
}

/**
 * The part of the traces that begin here which is sampled, if the standard
 * variables say `parentbased_traceidratio`; undefined: whatever the sampler says.
 */
export function readRootRatio(
  environment: Readonly<Record<string, string | undefined>>,
): number | undefined {
  if (environment["OTEL_TRACES_SAMPLER"]?.trim() !== "parentbased_traceidratio") return undefined;
  const ratio = Number(environment["OTEL_TRACES_SAMPLER_ARG"]?.trim() || Number.NaN);
  return ratio >= 0 && ratio <= 1 ? ratio : undefined;
}
