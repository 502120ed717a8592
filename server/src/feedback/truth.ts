import type { Scoring } from "../core/scoring.ts";
import { showValue, type Value } from "../core/value.ts";

/** A truth as it is counted, or what is wrong with it. */
export type ReadTruth =
  | { readonly kind: "ok"; readonly truth: number | undefined }
  | { readonly kind: "wrong"; readonly expected: string };

const shownClasses = 20;

/**
 * Reads the truth of one row: null is not known; else a class's value or label,
 * where true and false stand for 1 and 0; or a regression's number.
 */
export function readTruth(value: Value, scoring: Scoring): ReadTruth {
  if (value === null) return { kind: "ok", truth: undefined };
  switch (scoring.kind) {
    case "binary":
    case "multiclass": {
      const plain = typeof value === "boolean" || typeof value === "bigint" ? Number(value) : value;
      const index = scoring.classes.findIndex(
        (each) => each.value === plain || (each.label !== "" && each.label === plain),
      );
      return index >= 0
        ? { kind: "ok", truth: index }
        : { kind: "wrong", expected: `one of ${showClasses(scoring.classes)}` };
    }
    case "regression": {
      const number = typeof value === "bigint" ? Number(value) : value;
      return typeof number === "number" && Number.isFinite(number)
        ? { kind: "ok", truth: number }
        : { kind: "wrong", expected: "a finite number" };
    }
    case "other":
      return { kind: "wrong", expected: `null, as ${scoring.reason}` };
  }
}

function showClasses(classes: Extract<Scoring, { readonly kind: "binary" }>["classes"]): string {
  const shown = classes
    .slice(0, shownClasses)
    .map(({ value, label }) =>
      label === "" ? showValue(value) : `${showValue(value)} (${label})`,
    );
  const more = classes.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
