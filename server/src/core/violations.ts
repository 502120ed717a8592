import { invalidInput, ServingError, type Violation } from "./errors.ts";

const kept = 1000;

/** Collects the violations of one request, so that all are told at once. */
export interface ViolationList {
  /** Adds one. Past the first thousand only their number is kept, to bound the answer. */
  add(field: string, description: string): void;
  /** True until one was added. */
  readonly isEmpty: boolean;
  /** Runs a step; if it throws INVALID_INPUT, adds its violations and returns undefined. */
  collect<Result>(step: () => Result): Result | undefined;
  /** Throws INVALID_INPUT with everything that was added, if anything was. */
  throwIfAny(): void;
}

/** Makes an empty list of violations. */
export function createViolationList(): ViolationList {
  const violations: Violation[] = [];
  let dropped = 0;
  const add = (field: string, description: string): void => {
    if (violations.length < kept) violations.push({ field, description });
    else dropped += 1;
  };
  return {
    add,
    collect(step) {
      try {
        return step();
      } catch (error) {
        if (!(error instanceof ServingError) || error.reason !== "INVALID_INPUT") throw error;
        for (const { field, description } of error.violations) add(field, description);
        dropped += error.violationsLeftOut;
        return undefined;
      }
    },
    get isEmpty() {
      return violations.length === 0;
    },
    throwIfAny() {
      if (violations.length > 0) throw invalidInput(violations, dropped);
    },
  };
}
