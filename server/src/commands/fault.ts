import type { Reporters } from "../main.ts";
import type { Console } from "./console.ts";

/** Makes what tells of the server's own faults, with where they happened, and of all else. */
export function reportersOf(console: Console): Reporters {
  return {
    reportFault(fault) {
      const told = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
      console.err(`fault: ${told}`);
    },
    tell: (line) => console.err(line),
  };
}
