import v8 from "node:v8";
import vm from "node:vm";

/**
 * Collects what has become garbage lately, in about a millisecond. The pieces in
 * which a body comes lie outside of V8's heap, where V8 does not see how young
 * they are: it lets 64 MB of them gather, and then collects everything.
 */
export function collectYoungGarbage(): void {
  collect ??= findCollector();
  collect();
}

let collect: (() => void) | undefined;

/** V8 shows its collector only to contexts that are made while this flag is set. */
function findCollector(): () => void {
  v8.setFlagsFromString("--expose-gc");
  const collector: unknown = vm.runInNewContext("typeof gc === 'function' ? gc : undefined");
  v8.setFlagsFromString("--no-expose-gc");
  return typeof collector === "function" ? () => void collector({ type: "minor" }) : () => {};
}
