/** Divides; what cannot be computed, such as 0 / 0, is 0. */
export function ratio(numerator: number, denominator: number): number {
  const quotient = numerator / denominator;
  return denominator === 0 || Number.isNaN(quotient) ? 0 : quotient;
}

/** F1 of precision and recall, by its definition: it decides the last digit. */
export function f1Score(precision: number, recall: number): number {
  return ratio(2 * precision * recall, precision + recall);
}
