import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ServingError } from "../../server/src/core/errors.ts";
import type { TensorSpec } from "../../server/src/core/signature.ts";
import type { DataType, Tensor, TensorData } from "../../server/src/core/tensor.ts";
import type { RunnableModel, Runtime } from "../../server/src/engine/runtime.ts";
import { anyTensor } from "../support/any-tensor.ts";

/**
 * The models that a runtime is tried with. `echo` is y = x of two open
 * dimensions, `echoText` that of STRING, `scalar` is y = 2 x without any, `fixed` is y = x + 1 of the shape
 * [2, 3] in FP32, `twoInputs` is sum = a + b in FP32 of a column.
 */
export interface RuntimeModels {
  readonly echo: Readonly<Partial<Record<DataType, string>>>;
  readonly echoText: string;
  readonly scalar: string;
  readonly fixed: string;
  readonly twoInputs: string;
  /** Files that are no model, or none that can be served. */
  readonly broken: readonly string[];
}

/** Tells whether there is text with the character that ends text in C. */
function holdsNul(data: TensorData): boolean {
  return Array.isArray(data) && data.some((text: string) => text.includes("\0"));
}

/** What every runtime must do; the paths are of models in its own format. */
export function testRuntime(createRuntime: () => Runtime, models: RuntimeModels): void {
  const load = (path: string): Promise<RunnableModel> => createRuntime().load(path);
  const floats = (name: string, shape: readonly number[], ...values: number[]): Tensor => ({
    name,
    dataType: "FP32",
    shape,
    data: Float32Array.from(values),
  });

  /** The reason of a rejection. */
  const reasonOf = async (run: Promise<unknown>): Promise<string> => {
    try {
      await run;
      return "no rejection";
    } catch (error) {
      return error instanceof ServingError ? error.reason : String(error);
    }
  };

  describe("load()", () => {
    const echoes = Object.entries(models.echo) as [DataType, string][];
    it.each(echoes)("tells the inputs and outputs of a model of %s", async (dataType, path) => {
      const model = await load(path);
      const shapeless = ({ name, dataType: type, shape }: TensorSpec): unknown => [
        name,
        type,
        shape.map((size) => typeof size),
      ];
      expect(model.inputs.map(shapeless)).toEqual([["x", dataType, ["string", "string"]]]);
      expect(model.outputs.map(shapeless)).toEqual([["y", dataType, ["string", "string"]]]);
      await model.release();
    });

    const shapes: [string, string, TensorSpec["shape"]][] = [
      ["a scalar", models.scalar, []],
      ["a fixed shape", models.fixed, [2, 3]],
    ];
    it.each(shapes)("tells %s", async (_, path, shape) => {
      const model = await load(path);
      expect([model.inputs, model.outputs].map(([spec]) => spec?.shape)).toEqual([shape, shape]);
      await model.release();
    });

    it.each(models.broken)("rejects with an error in one line for %s", async (path) => {
      await expect(load(path)).rejects.toThrow(/^\S.*$/);
    });

    it("rejects where there is no file", async () => {
      await expect(load("/nowhere/at/all")).rejects.toThrow(Error);
    });
  });

  describe("run()", () => {
    it.each(Object.entries(models.echo) as [DataType, string][])(
      "carries every element of %s there and back",
      async (dataType, path) => {
        const model = await load(path);
        const matrices = anyTensor(dataType).filter(
          ({ shape, data }) => shape.length === 2 && !shape.includes(0) && !holdsNul(data),
        );
        await fc.assert(
          fc.asyncProperty(matrices, async ({ shape, data }) => {
            const outputs = await model.run([{ name: "x", dataType, shape, data }], ["y"]);
            expect(outputs).toEqual([{ name: "y", dataType, shape, data }]);
          }),
          { numRuns: 30 },
        );
        await model.release();
      },
    );

    it("never changes text: what it cannot carry, it refuses", async () => {
      const model = await load(models.echoText);
      const feed: Tensor = { name: "x", dataType: "STRING", shape: [1, 2], data: ["a\0b", "c"] };
      const outcome = await model.run([feed], ["y"]).then(
        ([output]) => output?.data,
        (error: unknown) => [error instanceof ServingError ? error.reason : error],
      );
      expect([[["a\0b", "c"]], [["MODEL_RUN_FAILED"]]]).toContainEqual([outcome]);
      await model.release();
    });

    it("takes views that begin anywhere in their memory, and leaves them as they are", async () => {
      const model = await load(models.fixed);
      const memory = Float32Array.of(9, 1, 2, 3, 4, 5, 6, 9);
      const feed: Tensor = {
        name: "x",
        dataType: "FP32",
        shape: [2, 3],
        data: memory.subarray(1, 7),
      };
      const outputs = await model.run([feed], ["y"]);
      expect(outputs).toEqual([floats("y", [2, 3], 2, 3, 4, 5, 6, 7)]);
      expect(memory).toEqual(Float32Array.of(9, 1, 2, 3, 4, 5, 6, 9));
      await model.release();
    });

    it("takes and answers a scalar", async () => {
      const model = await load(models.scalar);
      expect(await model.run([floats("x", [], 21)], ["y"])).toEqual([floats("y", [], 42)]);
      await model.release();
    });

    it("takes inputs in any order", async () => {
      const model = await load(models.twoInputs);
      const feeds = [floats("b", [2, 1], 10, 20), floats("a", [2, 1], 1, 2)];
      expect(await model.run(feeds, ["sum"])).toEqual([floats("sum", [2, 1], 11, 22)]);
      await model.release();
    });

    it("answers each of several runs at once with its own", async () => {
      const model = await load(models.scalar);
      const runs = Array.from({ length: 50 }, (_, index) =>
        model.run([floats("x", [], index)], ["y"]),
      );
      expect(await Promise.all(runs)).toEqual(runs.map((_, index) => [floats("y", [], 2 * index)]));
      await model.release();
    });

    it("keeps an answer as it is while others are given", async () => {
      const model = await load(models.scalar);
      const [first] = await model.run([floats("x", [], 1)], ["y"]);
      await model.run([floats("x", [], 5)], ["y"]);
      expect(first).toEqual(floats("y", [], 2));
      await model.release();
    });

    it("rejects with MODEL_RUN_FAILED what the model refuses, and runs on", async () => {
      const model = await load(models.fixed);
      expect(await reasonOf(model.run([floats("x", [3, 2], 1, 2, 3, 4, 5, 6)], ["y"]))).toBe(
        "MODEL_RUN_FAILED",
      );
      expect(await reasonOf(model.run([], ["y"]))).toBe("MODEL_RUN_FAILED");
      expect(await reasonOf(model.run([floats("x", [2, 3], 1, 2, 3, 4, 5, 6)], ["y"]))).toBe(
        "no rejection",
      );
      await model.release();
    });
  });
}
