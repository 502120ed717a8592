import { judgeClients, measureClients } from "./clients.ts";
import { layOutClients } from "./clients-table.ts";
import { judgeFeedback, measureFeedback } from "./feedback.ts";
import { layOutFeedback } from "./feedback-table.ts";
import { judgeIsolation, measureIsolation } from "./isolation.ts";
import { layOutIsolation } from "./isolation-table.ts";
import { judgeLarge, measureLarge } from "./large.ts";
import { layOutLarge } from "./large-table.ts";
import type { LoadGenerator } from "./load/start.ts";
import type { Mode, Plan } from "./options.ts";
import { measureOverload } from "./overload.ts";
import { layOutOverload } from "./overload-table.ts";
import type { ModeFigures } from "./results.ts";
import { layOutTargets } from "./table.ts";
import { judgeTelemetry, measureTelemetry } from "./telemetry.ts";
import { layOutTelemetry } from "./telemetry-table.ts";
import { judgeTyped, layOutTyped, measureTyped } from "./typed.ts";

/** What a mode needs. */
export interface ModeContext {
  readonly load: LoadGenerator;
  readonly plan: Plan;
  /** Says what is going on. */
  readonly tell: (text: string) => void;
}

/** What a mode measured. */
export interface ModeOutcome {
  readonly figures: ModeFigures;
  /** What is printed of it. */
  readonly tables: readonly string[];
}

/** Measures what a mode is about. */
export async function measureMode(
  mode: Mode,
  { load, plan, tell }: ModeContext,
): Promise<ModeOutcome> {
  switch (mode) {
    case "overload": {
      const overload = await measureOverload(load, plan, tell);
      return { figures: { overload }, tables: [layOutOverload(overload)] };
    }
    case "client": {
      const clients = await measureClients(plan, tell);
      const targets = judgeClients(clients);
      return withTargets({ clients, targets }, layOutClients(clients));
    }
    case "large": {
      const large = await measureLarge(load, plan, tell);
      const targets = judgeLarge(large);
      return withTargets({ large, targets }, layOutLarge(large));
    }
    case "isolation": {
      const isolation = await measureIsolation(load, plan, tell);
      const targets = judgeIsolation(isolation);
      return withTargets({ isolation, targets }, layOutIsolation(isolation));
    }
    case "feedback": {
      const feedback = await measureFeedback(load, plan, tell);
      const targets = judgeFeedback(feedback);
      return withTargets({ feedback, targets }, layOutFeedback(feedback));
    }
    case "typed": {
      const typed = await measureTyped(load, plan, tell);
      const targets = judgeTyped(typed);
      return withTargets({ typed, targets }, layOutTyped(typed));
    }
    case "telemetry": {
      const telemetry = await measureTelemetry(load, plan, tell);
      const targets = judgeTelemetry(telemetry);
      return withTargets({ telemetry, targets }, layOutTelemetry(telemetry));
    }
  }
}

function withTargets(
  figures: Extract<ModeFigures, { readonly targets: unknown }>,
  table: string,
): ModeOutcome {
  return { figures, tables: [table, "", layOutTargets(figures.targets)] };
}
