import type { Instrument } from "./instrument.ts";

/** Units that Prometheus writes out. */
const unitNames: Readonly<Record<string, string>> = { s: "seconds", By: "bytes", "1": "ratio" };

/**
 * The name that Prometheus has for an instrument, by OpenTelemetry's rules of
 * compatibility: dots become underscores, the unit is appended, and counters end
 * in `_total`; what a unit has in braces says nothing to Prometheus.
 */
export function prometheusName(instrument: Pick<Instrument, "name" | "unit" | "kind">): string {
  const words = instrument.name.replaceAll(/[^a-zA-Z0-9]+/g, "_");
  const unit = prometheusUnit(instrument);
  const name = unit === "" || words.endsWith(`_${unit}`) ? words : `${words}_${unit}`;
  return instrument.kind === "counter" ? `${name}_total` : name;
}

/** The unit that a name of Prometheus ends with; empty if it has none. */
export function prometheusUnit({ unit, kind }: Pick<Instrument, "unit" | "kind">): string {
  if (unit === "1" && kind !== "gauge") return "";
  const bare = unit.replaceAll(/\{[^}]*\}/g, "");
  return unitNames[bare] ?? bare;
}

/** The name that Prometheus has for an attribute. */
export function prometheusLabel(attribute: string): string {
  return attribute.replaceAll(/[^a-zA-Z0-9_]/g, "_");
}
