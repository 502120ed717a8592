/** One query of a panel. */
export interface Query {
  /** In PromQL, with the dashboard's variables. */
  readonly expr: string;
  /** What its series are called, e.g. `{{model}}`. @default their labels */
  readonly legend?: string;
}

/** The labels by which the variables choose. Calls that are about no model are shown with all models. */
export const chosen = 'model=~"$model", version=~"$version"';

/** The codes by which calls fail that are the server's fault, as OpenTelemetry's conventions say, but for UNIMPLEMENTED. */
export const faultCodes = "UNKNOWN|DEADLINE_EXCEEDED|INTERNAL|UNAVAILABLE|DATA_LOSS";

/** The codes by which calls fail that asked for what cannot be. */
export const mistakeCodes =
  "INVALID_ARGUMENT|NOT_FOUND|FAILED_PRECONDITION|OUT_OF_RANGE|UNIMPLEMENTED";

/** How a metric of which every series counts is told apart. */
export interface RateOptions {
  /** The labels that are kept. @default none */
  readonly by?: readonly string[];
  /** More labels to choose by, e.g. `phase="total"`. @default none */
  readonly where?: string;
}

/** How often a counter counts in a second, of what the variables choose. */
export function rateOf(counter: string, { by = [], where }: RateOptions = {}): string {
  return `sum${byLabels(by)} (rate(${counter}{${selectorOf(where)}}[$__rate_interval]))`;
}

/** A quantile of a histogram, e.g. 0.99 of `presage_run_rows`, of what the variables choose. */
export function quantileOf(
  quantile: number,
  histogram: string,
  { by = [], where }: RateOptions = {},
): string {
  const rate = rateOf(`${histogram}_bucket`, { by: [...by, "le"], ...(where && { where }) });
  return `histogram_quantile(${quantile}, ${rate})`;
}

/** The mean of a histogram, of what the variables choose. */
export function meanOf(histogram: string, options: RateOptions = {}): string {
  return `${rateOf(`${histogram}_sum`, options)} / ${rateOf(`${histogram}_count`, options)}`;
}

/**
 * The greatest value of a gauge among the servers, by version: those of one store
 * tell the same.
 */
export function versionsOf(gauge: string, options: RateOptions = {}): string {
  const { by = [], where } = options;
  return `max${byLabels(["model", "version", ...by])} (${gauge}{${selectorOf(where)}})`;
}

function byLabels(labels: readonly string[]): string {
  return labels.length === 0 ? "" : ` by (${labels.join(", ")})`;
}

function selectorOf(where: string | undefined): string {
  return where === undefined ? chosen : `${where}, ${chosen}`;
}
