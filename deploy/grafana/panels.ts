import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BarGaugeSizing,
  BarGaugeValueMode,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  FieldColorModeId,
  type FieldConfig,
  type GraphFieldConfig,
  LegendDisplayMode,
  type Panel,
  PercentChangeColorMode,
  SortOrder,
  StackingMode,
  type Threshold,
  ThresholdsMode,
  TooltipDisplayMode,
  type ValueMapping,
  VisibilityMode,
  type VizLegendOptions,
  VizOrientation,
  type VizTooltipOptions,
} from "@grafana/schema";
import type { Options as BarGaugeOptions } from "@grafana/schema/dist/types/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen.d.ts";
import type { Options as HeatmapOptions } from "@grafana/schema/dist/types/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen.d.ts";
import type { Options as StatOptions } from "@grafana/schema/dist/types/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen.d.ts";
import type { Options as StateTimelineOptions } from "@grafana/schema/dist/types/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen.d.ts";
import type { Options as TimeSeriesOptions } from "@grafana/schema/dist/types/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen.d.ts";
import type { Query } from "./queries.ts";

/** What every panel has. */
export interface PanelParts {
  readonly title: string;
  readonly description: string;
  /** Grafana's name of the unit, e.g. `s`, `reqps`, `percentunit`. */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** Of the 24 columns of a row. @default what suits the kind of panel */
  readonly width?: number;
  /** The ends of the axis. @default those of the data */
  readonly min?: number;
  readonly max?: number;
  /** Where colours change, ascending, the first for everything below. @default green */
  readonly steps?: readonly Threshold[];
  /** Words in place of values. @default the values */
  readonly mappings?: readonly ValueMapping[];
}

/** A panel that has yet to be given its place and number. */
export interface SizedPanel {
  readonly width: number;
  readonly height: number;
  readonly panel: Panel;
}

/** How lines are drawn. */
export interface LineParts extends PanelParts {
  /** Whether areas are stacked. @default false */
  readonly stacked?: boolean;
  /** Whether to ask for exemplars, too. @default false */
  readonly exemplars?: boolean;
}

/** The data source that the variable chooses. */
export const datasource = { type: "prometheus", uid: "${datasource}" } as const;

const below: VizLegendOptions = {
  calcs: [],
  displayMode: LegendDisplayMode.List,
  placement: "bottom",
  showLegend: true,
};
const hover: VizTooltipOptions = { mode: TooltipDisplayMode.Multi, sort: SortOrder.Descending };
const lastOfEach = { calcs: ["lastNotNull"], fields: "", values: false };

/** Lines over time. */
export function lines(parts: LineParts): SizedPanel {
  const custom: GraphFieldConfig = {
    fillOpacity: parts.stacked ? 40 : 8,
    lineWidth: 1,
    stacking: { mode: parts.stacked ? StackingMode.Normal : StackingMode.None },
  };
  const options = { legend: below, tooltip: hover } satisfies TimeSeriesOptions;
  return panelOf({ type: "timeseries", width: 8, height: 8 }, parts, {
    custom: { ...custom },
    options,
    target: parts.exemplars ? { exemplar: true } : {},
  });
}

/** One number, and how it came about. */
export function figure(parts: PanelParts): SizedPanel {
  const options = {
    colorMode: BigValueColorMode.Value,
    graphMode: BigValueGraphMode.Area,
    justifyMode: BigValueJustifyMode.Auto,
    orientation: VizOrientation.Auto,
    percentChangeColorMode: PercentChangeColorMode.Standard,
    reduceOptions: lastOfEach,
    showPercentChange: false,
    textMode: BigValueTextMode.Auto,
    wideLayout: true,
  } satisfies StatOptions;
  return panelOf({ type: "stat", width: 3, height: 4 }, parts, { options });
}

/** The buckets of a histogram over time, each as dark as it is full. */
export function heatmap(parts: PanelParts): SizedPanel {
  const options = {
    calculate: false,
    color: { exponent: 0.5, fill: "dark-orange", reverse: false, scheme: "Oranges", steps: 64 },
    exemplars: { color: "rgba(255,0,255,0.7)" },
    filterValues: { le: 1e-9 },
    legend: { show: true },
    showValue: VisibilityMode.Never,
    tooltip: { mode: TooltipDisplayMode.Single },
    yAxis: { unit: parts.unit },
  } satisfies HeatmapOptions;
  const target = { format: "heatmap", exemplar: true };
  return panelOf({ type: "heatmap", width: 8, height: 8 }, parts, { options, target });
}

/** One bar for each series, as it is now. */
export function bars(parts: PanelParts): SizedPanel {
  const options = {
    displayMode: BarGaugeDisplayMode.Basic,
    legend: { ...below, showLegend: false },
    maxVizHeight: 300,
    minVizHeight: 12,
    minVizWidth: 8,
    namePlacement: BarGaugeNamePlacement.Left,
    orientation: VizOrientation.Horizontal,
    reduceOptions: lastOfEach,
    showUnfilled: true,
    sizing: BarGaugeSizing.Auto,
    valueMode: BarGaugeValueMode.Color,
  } satisfies BarGaugeOptions;
  const target = { instant: true, range: false };
  return panelOf({ type: "bargauge", width: 8, height: 8 }, parts, { options, target });
}

/** What each series was, and when. */
export function states(parts: PanelParts): SizedPanel {
  const options = {
    alignValue: "left",
    legend: { ...below, showLegend: false },
    mergeValues: true,
    rowHeight: 0.9,
    showValue: VisibilityMode.Auto,
    tooltip: { mode: TooltipDisplayMode.Single, sort: SortOrder.None },
  } satisfies StateTimelineOptions;
  return panelOf({ type: "state-timeline", width: 12, height: 8 }, parts, { options });
}

interface Kind {
  readonly type: string;
  readonly width: number;
  readonly height: number;
}

interface KindParts {
  readonly options: Panel["options"] & {};
  readonly custom?: Record<string, unknown>;
  /** What its queries say beside what they ask. */
  readonly target?: Readonly<Record<string, unknown>>;
}

function panelOf(
  kind: Kind,
  parts: PanelParts,
  { options, custom, target }: KindParts,
): SizedPanel {
  const { title, description, queries } = parts;
  return {
    width: parts.width ?? kind.width,
    height: kind.height,
    panel: {
      type: kind.type,
      title,
      description,
      datasource,
      targets: queries.map(({ expr, legend = "__auto" }, index) => ({
        refId: String.fromCharCode(65 + index),
        datasource,
        editorMode: "code",
        expr,
        legendFormat: legend,
        range: true,
        ...target,
      })),
      fieldConfig: { defaults: fieldsOf(parts, custom), overrides: [] },
      options,
    },
  };
}

function fieldsOf(parts: PanelParts, custom: Record<string, unknown> | undefined): FieldConfig {
  const { unit, min, max, mappings = [], steps } = parts;
  return {
    unit,
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    color: {
      mode: steps === undefined ? FieldColorModeId.PaletteClassic : FieldColorModeId.Thresholds,
    },
    thresholds: {
      mode: ThresholdsMode.Absolute,
      steps: [...(steps ?? [{ color: "green", value: null }])],
    },
    mappings: [...mappings],
    ...(custom !== undefined && { custom }),
  };
}
