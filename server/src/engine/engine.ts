import type { Feeds } from "../core/feeds.ts";
import type { Executor } from "./executor.ts";
import type { RunnableModel } from "./runtime.ts";

/** Where runs happen: on the event loop, in worker threads, or in worker processes. */
export type Place = "inline" | "pool" | "process";

/** A model that is loaded in some place, and the executor that gives its runs their turns. */
export interface Engine {
  /** Where it runs now. */
  readonly place: Place;
  readonly model: RunnableModel;
  readonly executor: Executor;
  /** How many runs it computes at once. */
  readonly parallel: number;
}

/** Inputs to try a model with, to warm it and to see how long it takes. */
export interface Trials {
  /** The input of the first run. */
  readonly first: Feeds;
  /** Inputs of one row. */
  readonly rows: readonly Feeds[];
  /** The outputs to ask for. */
  readonly outputs: readonly string[];
}
