/** Decides where and when runs happen. */
export interface Executor {
  /**
   * Runs a task when its turn comes, and gives its result. Tasks begin in the
   * order in which they were given; no task begins before this call returns.
   */
  execute<Result>(task: () => Promise<Result>): Promise<Result>;
  /** The number of tasks that wait for their turn. */
  readonly queueLength: number;
}
