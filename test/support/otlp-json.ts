/** A value of an attribute. Integers are numbers; lists and maps do not occur here. */
export type AttributeValue = string | number | boolean;

/** Where a span stands. */
export interface SpanPlace {
  readonly traceId: string;
  readonly spanId: string;
}

/** A span as it was exported. */
export interface CollectedSpan extends SpanPlace {
  /** The name of the service that made it. */
  readonly service: string;
  readonly name: string;
  readonly kind: "internal" | "server" | "client" | "other";
  /** The span that it is a part of; undefined if it begins its trace. */
  readonly parentSpanId: string | undefined;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly links: readonly SpanPlace[];
  readonly status: "unset" | "ok" | "error";
  /** In nanoseconds since 1970. */
  readonly startedAt: bigint;
  readonly endedAt: bigint;
}

/** One series of an instrument, as it was exported once. */
export interface CollectedSeries {
  readonly service: string;
  readonly name: string;
  readonly unit: string;
  readonly kind: "gauge" | "counter" | "histogram";
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Of a gauge or a counter its value, of a histogram the sum of what it counted. */
  readonly value: number;
  /** How much a histogram counted; 0 for the others. */
  readonly count: number;
}

interface WireValue {
  readonly stringValue?: string;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
}

interface WireAttributes {
  readonly attributes?: readonly { readonly key: string; readonly value: WireValue }[];
}

interface WireSpan extends WireAttributes, SpanPlace {
  readonly name: string;
  readonly kind?: number;
  readonly parentSpanId?: string;
  readonly links?: readonly SpanPlace[];
  readonly status?: { readonly code?: number };
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

interface WirePoint extends WireAttributes {
  readonly asDouble?: number;
  readonly asInt?: string;
  readonly sum?: number;
  readonly count?: string;
}

interface WirePoints {
  readonly dataPoints?: readonly WirePoint[];
}

interface WireMetric {
  readonly name: string;
  readonly unit?: string;
  readonly gauge?: WirePoints;
  readonly sum?: WirePoints & { readonly isMonotonic?: boolean };
  readonly histogram?: WirePoints;
}

/** A message of OTLP in its JSON form, as far as it is read here. */
export interface OtlpMessage {
  readonly resourceSpans?: readonly {
    readonly resource?: WireAttributes;
    readonly scopeSpans?: readonly { readonly spans?: readonly WireSpan[] }[];
  }[];
  readonly resourceMetrics?: readonly {
    readonly resource?: WireAttributes;
    readonly scopeMetrics?: readonly { readonly metrics?: readonly WireMetric[] }[];
  }[];
}

const kinds = ["other", "internal", "server", "client"] as const;
const statuses = ["unset", "ok", "error"] as const;

/** The spans of a message. */
export function readSpans({ resourceSpans = [] }: OtlpMessage): readonly CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) => {
    const service = serviceOf(resource);
    return scopeSpans.flatMap(({ spans = [] }) => spans.map((span) => readSpan(span, service)));
  });
}

/** The series of a message. */
export function readSeries({ resourceMetrics = [] }: OtlpMessage): readonly CollectedSeries[] {
  return resourceMetrics.flatMap(({ resource, scopeMetrics = [] }) => {
    const service = serviceOf(resource);
    const all = scopeMetrics.flatMap(({ metrics = [] }) => metrics);
    return all.flatMap((metric) => readMetric(metric, service));
  });
}

function readSpan(span: WireSpan, service: string): CollectedSpan {
  return {
    service,
    name: span.name,
    kind: kinds[span.kind ?? 0] ?? "other",
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId || undefined,
    attributes: readAttributes(span),
    links: (span.links ?? []).map(({ traceId, spanId }) => ({ traceId, spanId })),
    status: statuses[span.status?.code ?? 0] ?? "unset",
    startedAt: BigInt(span.startTimeUnixNano),
    endedAt: BigInt(span.endTimeUnixNano),
  };
}

function readMetric(metric: WireMetric, service: string): readonly CollectedSeries[] {
  const { name, unit = "", gauge, sum, histogram } = metric;
  // A sum that may fall is a gauge that can be added up.
  const kind = histogram ? "histogram" : sum?.isMonotonic ? "counter" : "gauge";
  const { dataPoints = [] } = gauge ?? sum ?? histogram ?? {};
  return dataPoints.map((point) => ({
    service,
    name,
    unit,
    kind,
    attributes: readAttributes(point),
    value: point.asDouble ?? point.sum ?? Number(point.asInt ?? 0),
    count: Number(point.count ?? 0),
  }));
}

function serviceOf(resource: WireAttributes | undefined): string {
  return String(readAttributes(resource ?? {})["service.name"] ?? "");
}

function readAttributes({ attributes = [] }: WireAttributes): Record<string, AttributeValue> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, readValue(value)]));
}

function readValue({ stringValue, intValue, doubleValue, boolValue }: WireValue): AttributeValue {
  if (intValue !== undefined) return Number(intValue);
  return stringValue ?? doubleValue ?? boolValue ?? "";
}
