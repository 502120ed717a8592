import { randomUUID } from "node:crypto";
import { ServingError } from "../core/errors.ts";
import type { FeedbackPlane } from "./feedback-plane.ts";

/** Makes what comes after predictions where nothing is kept: their names, and no more. */
export function createNoFeedback(): FeedbackPlane {
  const refuse = (): Promise<never> =>
    Promise.reject(
      new ServingError("FEEDBACK_OFF", "the server keeps no feedback: its `store` is off"),
    );
  return {
    recorder: { record: () => randomUUID() },
    receive: refuse,
    metrics: refuse,
    revision: refuse,
    start: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
