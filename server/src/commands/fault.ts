import type { Console } from "./console.ts";

/** Makes what tells of the server's own faults, with where they happened. */
export function tellFault(console: Console): (fault: unknown) => void {
  return (fault) => {
    const told = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
    console.err(`fault: ${told}`);
  };
}
