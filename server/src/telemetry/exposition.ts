import { mergeSnapshots } from "./merge.ts";
import { type PageFormat, writePage } from "./prometheus-page.ts";
import type { Snapshot } from "./snapshot.ts";

/** Tells what some metrics are now. */
export type MetricSource = () => Snapshot | Promise<Snapshot>;

/** Writes what Prometheus scrapes. */
export interface Exposition {
  /**
   * Writes every metric as it is now: in OpenMetrics 1.0 where the request's
   * `accept` header prefers that, else in the text exposition format 0.0.4.
   */
  write(accept: string | undefined): Promise<ExpositionPage>;
}

/** A page as it was written. */
export interface ExpositionPage {
  readonly contentType: string;
  readonly body: string;
}

const contentTypes: Readonly<Record<PageFormat, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/** Makes the page of all that the sources tell. */
export function createExposition(sources: readonly MetricSource[]): Exposition {
  return {
    async write(accept) {
      const snapshots = await Promise.all(sources.map(async (collect) => collect()));
      const format = chooseFormat(accept ?? "");
      return {
        contentType: contentTypes[format],
        body: writePage(mergeSnapshots(snapshots), format),
      };
    },
  };
}

/** OpenMetrics only where it is named, and nothing that holds the text format is liked as well. */
function chooseFormat(accept: string): PageFormat {
  const ranges = accept.split(",").map(readRange);
  const weigh = (matches: (range: MediaRange) => boolean): number =>
    Math.max(0, ...ranges.filter(matches).map(({ weight }) => weight));
  const openMetrics = weigh(
    ({ type, version }) =>
      type === "application/openmetrics-text" && (version === "1.0.0" || version === undefined),
  );
  const text = weigh(
    ({ type, version }) =>
      type === "*/*" ||
      type === "text/*" ||
      (type === "text/plain" && (version === "0.0.4" || version === undefined)),
  );
  return openMetrics > text ? "openmetrics" : "text";
}

interface MediaRange {
  readonly type: string;
  readonly version: string | undefined;
  /** 0 to 1. */
  readonly weight: number;
}

function readRange(range: string): MediaRange {
  const [type = "", ...settings] = range.split(";").map((part) => part.trim().toLowerCase());
  const values = new Map(
    settings.map((setting) => {
      const [name = "", value = ""] = setting.split("=", 2);
      return [name.trim(), value.trim()];
    }),
  );
  const weight = Number(values.get("q") ?? 1);
  return { type, version: values.get("version"), weight: weight >= 0 && weight <= 1 ? weight : 0 };
}
