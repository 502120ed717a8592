import type { Instrument } from "../telemetry/instrument.ts";
import { servingInstruments } from "../telemetry/instruments.ts";
import { processInstruments } from "../telemetry/process-metrics.ts";
import { feedbackInstruments } from "./exposed-feedback.ts";

/** Lists everything that is measured: of serving, of the process, of quality and drift. */
export function listInstruments(): readonly Instrument[] {
  return [...servingInstruments, ...processInstruments, ...feedbackInstruments];
}
