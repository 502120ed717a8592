import type { ServerOptions } from "../config/options.ts";
import type { LogLevel } from "../core/log.ts";
import type { ModelState } from "../repository/model-state.ts";
import type { Snapshot } from "../telemetry/snapshot.ts";

/** What the first process tells a serving process. */
export type ProcessOrder =
  /** Build a server and load its models. */
  | { readonly kind: "start"; readonly options: ServerOptions }
  /** Serve the connection that comes with this order. */
  | { readonly kind: "connection"; readonly id: number }
  /** Be ready for calls: every process has loaded its models. */
  | { readonly kind: "serve" }
  /** Write the lines of the log from this level on. */
  | { readonly kind: "log"; readonly level: LogLevel }
  /** Tell what you measure, with this number. */
  | { readonly kind: "collect"; readonly id: number }
  /** What all processes measure together: the answer to the question of this number. */
  | { readonly kind: "whole"; readonly id: number; readonly metrics: Snapshot }
  /** Answer the calls in flight, and end. */
  | { readonly kind: "close" };

/** What a serving process reports to the first process. */
export type ProcessReport =
  /** Its server is built, and serves connections: probes are answered, calls fail. */
  | { readonly kind: "built" }
  /** It has this connection, and nothing of it was read before. */
  | { readonly kind: "taken"; readonly id: number }
  /** A connection that it had taken has closed. */
  | { readonly kind: "released" }
  | { readonly kind: "loaded"; readonly models: readonly ModelState[] }
  /** It is ready for calls. */
  | { readonly kind: "serving" }
  /** What it measures, as the order of this number asks. */
  | { readonly kind: "collected"; readonly id: number; readonly metrics: Snapshot }
  /** It asks what all processes measure together. */
  | { readonly kind: "ask"; readonly id: number }
  /** It cannot serve, and ends. */
  | { readonly kind: "failed"; readonly message: string }
  /** Its server is closed, with so many connections cut; the process ends. */
  | { readonly kind: "closed"; readonly cut: number };
