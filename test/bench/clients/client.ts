/** A way to ask for predictions, over one connection. */
export interface BenchClient {
  /**
   * Predicts one row of the breast-cancer model again and again, with so many
   * requests under way, until `answered`, which is called for each answer, says
   * false, and the last is answered. Streams have as many under way as both
   * sides let them. Rejects at the first that is not answered rightly.
   */
  run(underWay: number, answered: () => boolean): Promise<void>;
}

/** Repeats one call, so many at once, until `answered` says false. */
export async function repeat(
  call: () => Promise<void>,
  underWay: number,
  answered: () => boolean,
): Promise<void> {
  const worker = async (): Promise<void> => {
    // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
    do await call();
    while (answered());
  };
  await Promise.all(Array.from({ length: underWay }, worker));
}
