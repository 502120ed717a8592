import { type CallFigures, roundsOfPlan, warmUpCalls } from "./call-figures.ts";
import { startPresage } from "./contenders.ts";
import { median } from "./latency.ts";
import type { LoadGenerator } from "./load/start.ts";
import type { Plan } from "./options.ts";
import { type Environment, type ServerProgram, startServer } from "./process.ts";
import { predictExchange } from "./requests.ts";
import { judgeAll, most, type Target } from "./targets.ts";

/** What a server tells of itself: nothing; metrics and logs; 1 % of its calls as traces besides, or all of them. */
export type TelemetrySide = "off" | "metrics" | "sampled" | "traced";

/** The sides in the order of the table. */
export const telemetrySides: readonly TelemetrySide[] = ["off", "metrics", "sampled", "traced"];

/** One side in one round. */
export interface SideFigures extends CallFigures {
  /** Spans that came to the receiver since the round before, for each call of this one: some come late. */
  readonly spansPerCall: number;
}

/** One round. */
export type TelemetryRound = Readonly<Record<TelemetrySide, SideFigures>>;

/** How each side is switched; traces of those that send them go to an address of the receiver. */
const environments: Readonly<Record<TelemetrySide, (sink: string) => Environment>> = {
  off: () => ({
    OTEL_SDK_DISABLED: "true",
    PRESAGE_METRICS_CALLS: "false",
    PRESAGE_LOG_LEVEL: "error",
  }),
  metrics: () => ({ OTEL_SDK_DISABLED: "true" }),
  sampled: (sink) => ({
    ...tracesTo(sink),
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
    OTEL_TRACES_SAMPLER_ARG: "0.01",
  }),
  traced: (sink) => ({ ...tracesTo(sink), OTEL_TRACES_SAMPLER: "parentbased_always_on" }),
};

function tracesTo(sink: string): Environment {
  return {
    OTEL_TRACES_EXPORTER: "otlp",
    OTEL_METRICS_EXPORTER: "none",
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/protobuf",
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: sink,
  };
}

/** Measures the same calls of servers that tell more and more of themselves, in interleaved rounds. */
export async function measureTelemetry(
  load: LoadGenerator,
  plan: Plan,
  tell: (text: string) => void,
): Promise<readonly TelemetryRound[]> {
  const programs: ServerProgram[] = [];
  try {
    const sink = await startServer("servers/trace-sink.ts", [], "load");
    programs.push(sink);
    const sides: Side[] = [];
    for (const side of telemetrySides) {
      tell(`telemetry: warming up ${side}`);
      // oxlint-disable-next-line no-await-in-loop -- one at a time is the point
      sides.push([side, await startSide(side, { load, plan, programs, sink })]);
    }
    const rounds: TelemetryRound[] = [];
    for (let round = 0; round < plan.rounds * roundsOfPlan; round += 1) {
      tell(`telemetry: round ${round + 1} of ${plan.rounds * roundsOfPlan}`);
      // oxlint-disable-next-line no-await-in-loop
      rounds.push(await measureRound(sides, round));
    }
    for (const side of ["sampled", "traced"] as const)
      if (rounds.every((round) => round[side].spansPerCall === 0))
        throw new Error(`no span of the server with the side ${side} came`);
    return rounds;
  } finally {
    await Promise.all(programs.map(({ stop }) => stop()));
  }
}

/** A side, and what measures it once. */
type Side = readonly [side: TelemetrySide, measure: () => Promise<SideFigures>];

interface SideContext {
  readonly load: LoadGenerator;
  readonly plan: Plan;
  /** What is started goes here. */
  readonly programs: ServerProgram[];
  /** The receiver of traces. */
  readonly sink: ServerProgram;
}

/** Starts a server of one side, and gives what measures it once. */
async function startSide(
  side: TelemetrySide,
  { load, plan, programs, sink }: SideContext,
): Promise<() => Promise<SideFigures>> {
  const address = `http://127.0.0.1:${sink.port}/${side}`;
  const program = await startPresage(undefined, "server", [], environments[side](address));
  programs.push(program);
  const exchange = predictExchange("grpc", program.port);
  const measure = await warmUpCalls({ exchange, pid: program.pid }, load, plan);
  let before = await readSpans(address);
  return async () => {
    const figures = await measure();
    const now = await readSpans(address);
    const spansPerCall = (now - before) / (figures.rate * plan.throughput);
    before = now;
    return { ...figures, spansPerCall };
  };
}

async function readSpans(address: string): Promise<number> {
  const response = await fetch(address);
  const { spans } = (await response.json()) as { readonly spans: number };
  return spans;
}

/** Measures every side once, each round beginning with another of them. */
async function measureRound(sides: readonly Side[], round: number): Promise<TelemetryRound> {
  const first = round % sides.length;
  const figures: [TelemetrySide, SideFigures][] = [];
  // oxlint-disable-next-line no-await-in-loop -- one at a time is the point
  for (const [side, measure] of [...sides.slice(first), ...sides.slice(0, first)])
    figures.push([side, await measure()]);
  return Object.fromEntries(figures) as TelemetryRound;
}

/** By how much a side's CPU time for a call is that of telemetry off: the median of each round's own ratio. */
export function cpuRatio(rounds: readonly TelemetryRound[], side: TelemetrySide): number {
  return median(rounds.map((round) => round[side].cpuMicros / round.off.cpuMicros));
}

/** Lays what was measured beside what is promised. */
export function judgeTelemetry(rounds: readonly TelemetryRound[]): readonly Target[] {
  return judgeAll([
    most(
      "CPU for a call: metrics, logs and 1 % of traces / telemetry off",
      1.15,
      cpuRatio(rounds, "sampled"),
    ),
  ]);
}
