import type {
  CounterInstrument,
  GaugeInstrument,
  HistogramInstrument,
  Instrument,
} from "./instrument.ts";

/** Buckets of times, in seconds: 0.1 ms to 10 s. */
const seconds = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;

/** Buckets of numbers of rows or calls: powers of two. */
const powersOfTwo = Array.from({ length: 13 }, (_, exponent) => 2 ** exponent);

/** The states of a version, from the best to the worst. */
export const modelStates = ["ready", "loading", "unloading", "unavailable"] as const;

export const callDuration: HistogramInstrument<
  "rpc.system.name" | "rpc.method" | "rpc.status_code" | "model" | "version"
> = {
  kind: "histogram",
  name: "rpc.server.call.duration",
  unit: "s",
  text: "How long calls took, from their arrival to their answer.",
  attributes: ["rpc.system.name", "rpc.method", "rpc.status_code", "model", "version"],
  bounds: seconds,
};

export const predictionDuration: HistogramInstrument<"model" | "version" | "phase"> = {
  kind: "histogram",
  name: "presage.prediction.duration",
  unit: "s",
  text: "How long the phases of a prediction took: queue (until its turn), batch (merged and split), run (the model itself), total.",
  attributes: ["model", "version", "phase"],
  bounds: seconds,
};

export const predictions: CounterInstrument<"model" | "version" | "code"> = {
  kind: "counter",
  name: "presage.predictions",
  unit: "{prediction}",
  text: "Predictions that were asked for; each message of a stream is one.",
  attributes: ["model", "version", "code"],
};

export const runDuration: HistogramInstrument<"model" | "version" | "executor"> = {
  kind: "histogram",
  name: "presage.run.duration",
  unit: "s",
  text: "How long runs of the model took.",
  attributes: ["model", "version", "executor"],
  bounds: seconds,
};

export const runRows: HistogramInstrument<"model" | "version"> = {
  kind: "histogram",
  name: "presage.run.rows",
  unit: "{row}",
  text: "Rows that a run of the model computed.",
  attributes: ["model", "version"],
  bounds: powersOfTwo,
};

export const runCalls: HistogramInstrument<"model" | "version"> = {
  kind: "histogram",
  name: "presage.run.calls",
  unit: "{call}",
  text: "Calls that shared a run of the model.",
  attributes: ["model", "version"],
  bounds: powersOfTwo,
};

export const queueCalls: GaugeInstrument<"model" | "version"> = {
  kind: "gauge",
  name: "presage.queue.calls",
  unit: "{call}",
  text: "Calls that wait for their turn.",
  attributes: ["model", "version"],
  together: "sum",
};

export const queueRows: GaugeInstrument<"model" | "version"> = {
  kind: "gauge",
  name: "presage.queue.rows",
  unit: "{row}",
  text: "Rows of the calls that wait for their turn.",
  attributes: ["model", "version"],
  together: "sum",
};

export const executorWorkers: GaugeInstrument<"model" | "version" | "executor"> = {
  kind: "gauge",
  name: "presage.executor.workers",
  unit: "{worker}",
  text: "Workers that run the model.",
  attributes: ["model", "version", "executor"],
  together: "sum",
};

export const executorBusy: GaugeInstrument<"model" | "version" | "executor"> = {
  kind: "gauge",
  name: "presage.executor.busy",
  unit: "{worker}",
  text: "Workers that run something at this moment.",
  attributes: ["model", "version", "executor"],
  together: "sum",
};

export const callsActive: GaugeInstrument<never> = {
  kind: "gauge",
  name: "presage.calls.active",
  unit: "{call}",
  text: "Calls under way.",
  attributes: [],
  together: "sum",
};

export const modelState: GaugeInstrument<"model" | "version" | "state"> = {
  kind: "gauge",
  name: "presage.model.state",
  unit: "",
  text: "1 for the state that the version is in, 0 for the others; of several processes, that of the one furthest behind.",
  attributes: ["model", "version", "state"],
  together: { states: modelStates },
};

export const logDropped: CounterInstrument<never> = {
  kind: "counter",
  name: "presage.log.dropped",
  unit: "{line}",
  text: "Lines of the log that were left out, as there were too many.",
  attributes: [],
};

/** All of the above. */
export const servingInstruments: readonly Instrument[] = [
  callDuration,
  callsActive,
  predictionDuration,
  predictions,
  runDuration,
  runRows,
  runCalls,
  queueCalls,
  queueRows,
  executorWorkers,
  executorBusy,
  modelState,
  logDropped,
];
