import type { Forgotten } from "./store.ts";

/** What one step of forgetting has done. */
export interface ForgetStep extends Forgotten {
  /** True if there is more to forget. */
  readonly more: boolean;
}

/** The most events that are forgotten in one step, while commits wait: some milliseconds. */
export const eventsOfStep = 2000;

/** Forgets step by step, so that commits get their turn between. */
export async function forgetAll(step: () => Promise<ForgetStep>): Promise<Forgotten> {
  let rows = 0;
  for (;;) {
    const done = await step();
    rows += done.rows;
    if (!done.more) return { rows };
  }
}
