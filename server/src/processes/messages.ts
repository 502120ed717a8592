import type { ServerOptions } from "../config/options.ts";
import type { ModelState } from "../repository/model-state.ts";

/** What the first process tells a serving process. */
export type ProcessOrder =
  /** Build a server and load its models. */
  | { readonly kind: "start"; readonly options: ServerOptions }
  /** Serve the connection that comes with this order. */
  | { readonly kind: "connection"; readonly id: number }
  /** Be ready for calls: every process has loaded its models. */
  | { readonly kind: "serve" }
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
  /** It cannot serve, and ends. */
  | { readonly kind: "failed"; readonly message: string }
  /** Its server is closed, with so many connections cut; the process ends. */
  | { readonly kind: "closed"; readonly cut: number };
