import type { Attributes } from "../core/telemetry.ts";

/** The series of one instrument, by their attributes. */
export interface SeriesTable<Instrument, Source> {
  readonly instrument: Instrument;
  /** The source with these attributes, made where there is none. */
  find(attributes: Attributes): Source;
  /** All sources, in the order in which they were made. */
  sources(): Iterable<Source>;
}

/** So many series an instrument may have; callers keep to values that are known, so none should. */
const mostSeries = 2000;

/** What every attribute of the one series is, that stands for all past the limit. */
const otherValue = "_other";

/** Makes a table with no series. */
export function createSeriesTable<Own extends { readonly attributes: readonly string[] }, Source>(
  instrument: Own,
  create: (attributes: Attributes) => Source,
): SeriesTable<Own, Source> {
  const names = instrument.attributes;
  const sources = new Map<string, Source>();

  const findOrMake = (attributes: Attributes): Source => {
    const key = seriesKey(names, attributes);
    const known = sources.get(key);
    if (known !== undefined) return known;
    const source = create(pick(names, attributes));
    sources.set(key, source);
    return source;
  };

  return {
    instrument,
    find(attributes) {
      if (sources.size < mostSeries) return findOrMake(attributes);
      return (
        sources.get(seriesKey(names, attributes)) ??
        findOrMake(Object.fromEntries(names.map((name) => [name, otherValue])))
      );
    },
    sources: () => sources.values(),
  };
}

/** What tells a series from the others of its instrument. */
export function seriesKey(names: readonly string[], attributes: Attributes): string {
  return names.map((name) => attributes[name] ?? "").join("\u0000");
}

/** The attributes that an instrument has, in its order. */
function pick(names: readonly string[], attributes: Attributes): Attributes {
  return Object.fromEntries(names.map((name) => [name, attributes[name] ?? ""]));
}
