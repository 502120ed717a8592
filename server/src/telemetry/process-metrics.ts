import type { EventLoopWatch } from "./event-loop-watch.ts";
import type { CounterInstrument, GaugeInstrument, Instrument } from "./instrument.ts";
import type { MetricRegistry } from "./registry.ts";

/** What the process is asked for. */
export interface ObservedProcess {
  /** The version of Presage. */
  readonly version: string;
  /** Watched by whoever starts and stops it. */
  readonly eventLoop: EventLoopWatch;
}

/** Adds what the process itself tells, until the returned function is called. */
export function observeProcess(registry: MetricRegistry, observed: ObservedProcess): () => void {
  const { version, eventLoop } = observed;
  const gauges: readonly (readonly [GaugeInstrument<never>, () => number])[] = [
    [delayP50, () => eventLoop.delays().p50],
    [delayP90, () => eventLoop.delays().p90],
    [delayP99, () => eventLoop.delays().p99],
    [delayMax, () => eventLoop.delays().max],
    [utilization, () => eventLoop.utilization()],
    [memoryUsage, () => process.memoryUsage.rss()],
    [heapUsed, () => process.memoryUsage().heapUsed],
    [uptime, () => process.uptime()],
    [processes, () => 1],
  ];
  const stops = [
    ...gauges.map(([instrument, read]) =>
      registry.observe(instrument, () => [{ attributes: {}, value: read() }]),
    ),
    registry.observe(cpuTime, () => {
      const { user, system } = process.cpuUsage();
      return [
        { attributes: { "cpu.mode": "user" }, value: user / 1e6 },
        { attributes: { "cpu.mode": "system" }, value: system / 1e6 },
      ];
    }),
    registry.observe(buildInfo, () => [
      {
        attributes: { presage_version: version, node_version: process.versions.node },
        value: 1,
      },
    ]),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

const delayText =
  "of the time that the event loop kept what was due waiting, in the last half to whole minute.";

const delayP50 = gauge("nodejs.eventloop.delay.p50", "s", "max", `The median ${delayText}`);
const delayP90 = gauge(
  "nodejs.eventloop.delay.p90",
  "s",
  "max",
  `The 90th percentile ${delayText}`,
);
const delayP99 = gauge(
  "nodejs.eventloop.delay.p99",
  "s",
  "max",
  `The 99th percentile ${delayText}`,
);
const delayMax = gauge("nodejs.eventloop.delay.max", "s", "max", `The maximum ${delayText}`);
const utilization = gauge(
  "nodejs.eventloop.utilization",
  "",
  "max",
  "The share of the last half to whole minute that the event loop did not idle, 0 to 1.",
);
const memoryUsage = gauge("process.memory.usage", "By", "sum", "Physical memory that is used.");
const heapUsed = gauge(
  "v8js.memory.heap.used",
  "By",
  "sum",
  "Memory that objects of the main thread use.",
);
const uptime = gauge("process.uptime", "s", "max", "The time since the process was started.");
const processes = gauge(
  "presage.processes",
  "{process}",
  "sum",
  "Processes that serve and have told their part of these metrics.",
);

const cpuTime: CounterInstrument<"cpu.mode"> = {
  kind: "counter",
  name: "process.cpu.time",
  unit: "s",
  text: "CPU time of all threads.",
  attributes: ["cpu.mode"],
};

const buildInfo: GaugeInstrument<"presage_version" | "node_version"> = {
  kind: "gauge",
  name: "presage.build.info",
  unit: "",
  text: "1, of the versions of Presage and Node that serve.",
  attributes: ["presage_version", "node_version"],
  together: "max",
};

/** All that `observeProcess` adds. */
export const processInstruments: readonly Instrument[] = [
  delayP50,
  delayP90,
  delayP99,
  delayMax,
  utilization,
  memoryUsage,
  heapUsed,
  cpuTime,
  uptime,
  processes,
  buildInfo,
];

function gauge(
  name: string,
  unit: string,
  together: "sum" | "max",
  text: string,
): GaugeInstrument<never> {
  return { kind: "gauge", name, unit, text, attributes: [], together };
}
