/** How many looks are taken at a client that is slow, before its call is given up. */
export interface Patience {
  /** Until its request is whole. */
  readonly requestChecks: number;
  /** While an answer waits for it. */
  readonly answerChecks: number;
}
