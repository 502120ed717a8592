import { invalidInput, ServingError, type Violation } from "./errors.ts";

const kept = 1000;

/** Collects the violations of one request, so that all are told at once. */
export interface ViolationList {
  /** Adds one. Past the first thousand only their number is kept, to bound the answer. */
  add(field: string, description: string): void;
  /** Runs a step; if it throws INVALID_INPUT, adds its violations and returns undefined. */
  collect<Result>(step: () => Result): Result | undefined;
  /** Throws INVALID_INPUT with everything that was added, if anything was. */
  throwIfAny(): void;
}

/** Makes an empty list of violations. */
export function createViolationList(): ViolationList {
  return new ViolationListImplementation();
}

// A class, as every call makes lists that stay empty: no array and no closures until one does not.
class ViolationListImplementation implements ViolationList {
  #violations: Violation[] | undefined;
  #dropped = 0;

  add(field: string, description: string): void {
    this.#violations ??= [];
    if (this.#violations.length < kept) this.#violations.push({ field, description });
    else this.#dropped += 1;
  }

  collect<Result>(step: () => Result): Result | undefined {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof ServingError) || error.reason !== "INVALID_INPUT") throw error;
      for (const { field, description } of error.violations) this.add(field, description);
      this.#dropped += error.violationsLeftOut;
      return undefined;
    }
  }

  throwIfAny(): void {
    if (this.#violations !== undefined) throw invalidInput(this.#violations, this.#dropped);
  }
}
