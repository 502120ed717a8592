/*
 * OpenTelemetry as the application has it. Whatever is registered with @opentelemetry/api lies
 * where every copy of that package looks for it, whichever its version of 1.x; reading it there
 * needs no import, which would fail, or ship the package, where an application has it not.
 */
import type {
  Context,
  ContextManager,
  TextMapPropagator,
  TracerProvider,
} from "@opentelemetry/api";

/** What an application can register with OpenTelemetry's API; each may be missing. */
interface OpenTelemetry {
  readonly trace?: TracerProvider;
  readonly context?: ContextManager;
  readonly propagation?: TextMapPropagator<unknown>;
}

const registered = Symbol.for("opentelemetry.js.api.1");

/** Finds what the application has registered by now; undefined if it has no OpenTelemetry. */
export function findOpenTelemetry(): OpenTelemetry | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the API keeps there
  return (globalThis as { readonly [registered]?: OpenTelemetry })[registered];
}

/** The key under which the API keeps the span of a context. */
export const spanKey: unique symbol = Symbol.for("OpenTelemetry Context Key SPAN");

/** A context without values, for an application that has no context manager. */
export const emptyContext: Context = createContext(new Map());

function createContext(values: ReadonlyMap<symbol, unknown>): Context {
  return {
    getValue: (key) => values.get(key),
    setValue: (key, value) => createContext(new Map([...values, [key, value]])),
    deleteValue: (key) => createContext(new Map([...values].filter(([each]) => each !== key))),
  };
}
