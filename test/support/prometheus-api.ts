/** A series at one moment. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A series over time. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since 1970, and the value. */
  readonly points: readonly (readonly [time: number, value: number])[];
}

/** An alert that is pending or firing. */
export interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: "pending" | "firing";
}

/** What of the past is asked for, in seconds since 1970. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
  /** Seconds from one point to the next. */
  readonly step: number;
}

/** Prometheus' HTTP API, as far as it is used here. Every method rejects with what Prometheus says of a query that fails. */
export interface PrometheusApi {
  query(expr: string): Promise<readonly Sample[]>;
  queryRange(expr: string, range: TimeRange): Promise<readonly Series[]>;
  /** The traces that a query's series lead to. */
  exemplars(expr: string, range: Omit<TimeRange, "step">): Promise<readonly Sample[]>;
  alerts(): Promise<readonly ActiveAlert[]>;
  /** What went wrong when rules were last evaluated; empty if nothing did. */
  ruleFaults(): Promise<readonly string[]>;
}

interface RawSeries {
  readonly metric: Record<string, string>;
  readonly value: [number, string];
  readonly values: readonly [number, string][];
}

interface RawExemplars {
  readonly exemplars: readonly {
    readonly labels: Record<string, string>;
    readonly value: string;
  }[];
}

interface RawGroup {
  readonly rules: readonly { readonly name: string; readonly lastError?: string }[];
}

/** Asks the Prometheus that listens at `url`. */
export function createPrometheusApi(url: string): PrometheusApi {
  const ask = async <T>(path: string, parameters: Record<string, string> = {}): Promise<T> => {
    const asked = `${url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`;
    const response = await fetch(asked);
    const answer = (await response.json()) as { data: T; error?: string };
    if (answer.error !== undefined)
      throw new Error(`${parameters["query"] ?? path}: ${answer.error}`);
    return answer.data;
  };
  return {
    async query(query) {
      const { result } = await ask<{ result: readonly RawSeries[] }>("query", { query });
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    async queryRange(query, { from, to, step }) {
      const parameters = { query, start: String(from), end: String(to), step: String(step) };
      const { result } = await ask<{ result: readonly RawSeries[] }>("query_range", parameters);
      return result.map(({ metric, values }) => ({
        labels: metric,
        points: values.map(([time, value]) => [time, Number(value)] as const),
      }));
    },
    async exemplars(query, { from, to }) {
      const parameters = { query, start: String(from), end: String(to) };
      const found = await ask<readonly RawExemplars[]>("query_exemplars", parameters);
      return found.flatMap(({ exemplars }) =>
        exemplars.map(({ labels, value }) => ({ labels, value: Number(value) })),
      );
    },
    async alerts() {
      return (await ask<{ alerts: readonly ActiveAlert[] }>("alerts")).alerts;
    },
    async ruleFaults() {
      const { groups } = await ask<{ groups: readonly RawGroup[] }>("rules");
      return groups.flatMap(({ rules }) =>
        rules.flatMap(({ name, lastError }) => (lastError ? `${name}: ${lastError}` : [])),
      );
    },
  };
}
