import { ServingError } from "../../server/src/core/errors.ts";
import type { Feeds } from "../../server/src/core/feeds.ts";
import type { Executor } from "../../server/src/engine/executor.ts";
import type { RunnableModel } from "../../server/src/engine/runtime.ts";

/** Feeds of one input, of rows so wide. */
export const feedsOf = (values: readonly number[], width = 1): Feeds => ({
  tensors: [
    {
      name: "x",
      dataType: "FP64",
      shape: [values.length / width, width],
      data: Float64Array.from(values),
    },
  ],
  rowCount: values.length / width,
});

/**
 * A model that answers twice its input, refuses a run that holds a negative
 * number, and whose engine fails of the number `fatal`.
 */
export function createDoubler(fatal?: number): RunnableModel & { readonly runs: number[] } {
  const runs: number[] = [];
  return {
    runs,
    inputs: [],
    outputs: [],
    async run([x]) {
      const { shape, data } = x ?? { shape: [0], data: [] };
      runs.push(shape[0] ?? 0);
      const values = Array.from<string | number | bigint, number>(data, Number);
      if (values.some((value) => value < 0))
        throw new ServingError("MODEL_RUN_FAILED", "a negative number");
      if (values.some((value) => value === fatal))
        throw new ServingError("ENGINE_FAILED", "a fatal number");
      return [
        {
          name: "y",
          dataType: "FP64",
          shape,
          data: Float64Array.from(values, (value) => value * 2),
        },
      ];
    },
    release: async () => {},
  };
}

/** An executor whose turns are given by the test. */
export function createManualExecutor(): Executor & { turn(): Promise<void> } {
  const queue: (() => Promise<void>)[] = [];
  return {
    sharers: 1,
    get queueLength() {
      return queue.length;
    },
    execute: (task) =>
      new Promise((resolve, reject) => queue.push(() => task().then(resolve, reject))),
    async turn() {
      await queue.shift()?.();
    },
  };
}
