/** Gives the runs of one version their turns. */
export interface Executor {
  /**
   * Runs a task when its turn comes, and gives its result. Tasks begin in the
   * order in which they were given; no task begins before this call returns.
   */
  execute<Result>(task: () => Promise<Result>): Promise<Result>;
  /** The number of tasks that wait for their turn. */
  readonly queueLength: number;
  /** How many versions share it that have something to run now, or have it running; this one counts. */
  readonly sharers: number;
}

/** Shared by the versions that run in one place. */
export interface SharedExecutor {
  /** Makes the executor of one more version. */
  createShare(): Executor;
}
