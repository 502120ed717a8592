/** Decides where and when runs happen. */
export interface Executor {
  /**
   * Runs a task when its turn comes. A task whose signal is aborted before then
   * is never run, and its promise rejects at once with CANCELLED or
   * DEADLINE_EXCEEDED; nor is one whose deadline has passed, in milliseconds
   * since 1970 (default: none).
   */
  execute<Result>(
    task: () => Promise<Result>,
    signal: AbortSignal,
    deadline?: number,
  ): Promise<Result>;
  /** The number of tasks that wait for their turn. */
  readonly queueLength: number;
}
