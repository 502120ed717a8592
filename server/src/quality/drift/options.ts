/** When inputs and answers count as having moved, as a model's manifest has it in `drift`. */
export interface DriftOptions {
  /** The population stability index above which a column may be flagged. @default 0.2 */
  readonly psi: number;
  /**
   * The chance, of a version that has not moved, that any of its features and
   * answers is flagged; shared out among them. @default 0.001
   */
  readonly significance: number;
  /** The rows of the window without which nothing is flagged. @default 100 */
  readonly minRows: number;
  /** The time up to now whose rows are compared, in milliseconds; taken in whole hours. @default 24 hours */
  readonly windowMs: number;
  /** The number of first predicted rows that make a reference where no file does. @default 1000 */
  readonly referenceRows: number;
}

/** The milliseconds of an hour: sketches are kept by the hour. */
export const hourMs = 3_600_000;

/** What holds where a manifest says nothing. */
export const defaultDriftOptions: DriftOptions = {
  psi: 0.2,
  significance: 0.001,
  minRows: 100,
  windowMs: 24 * hourMs,
  referenceRows: 1000,
};

const mostWindowHours = 24 * 366;
const mostReferenceRows = 100_000;

/** Tells what is wrong with options, with the manifest's name of each. */
export function checkDriftOptions(options: DriftOptions): readonly string[] {
  const { psi, significance, minRows, windowMs, referenceRows } = options;
  const problems: string[] = [];
  const expect = (holds: boolean, field: string, expected: string): void => {
    if (!holds) problems.push(`drift.${field}: expected ${expected}`);
  };
  expect(psi >= 0 && psi < Number.POSITIVE_INFINITY, "psi", `at least 0, got ${psi}`);
  expect(
    significance > 0 && significance <= 1,
    "significance",
    `more than 0 and at most 1, got ${significance}`,
  );
  expect(minRows >= 1, "minRows", `at least 1, got ${minRows}`);
  expect(
    windowMs >= hourMs && windowMs <= mostWindowHours * hourMs,
    "window",
    `1h to ${mostWindowHours}h, got ${windowMs / hourMs}h`,
  );
  expect(
    referenceRows >= 1 && referenceRows <= mostReferenceRows,
    "referenceRows",
    `1 to ${mostReferenceRows}, got ${referenceRows}`,
  );
  return problems;
}

/** When the first of the whole hours of a window begins, the hour that is under way included. */
export function windowStart({ windowMs }: DriftOptions, now: number): number {
  const hours = Math.ceil(windowMs / hourMs);
  return (Math.floor(now / hourMs) - hours + 1) * hourMs;
}
