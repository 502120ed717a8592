/** How often a client may be looked at without having done anything, before it is given up. */
export interface Patience {
  /** Until its request is whole. */
  readonly requestChecks: number;
  /** While an answer waits for it. */
  readonly answerChecks: number;
}
