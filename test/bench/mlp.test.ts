import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { encodeMlp } from "./mlp.ts";

describe("encodeMlp()", () => {
  it("writes a file that ONNX Runtime reads, of any number of rows", async () => {
    const session = await InferenceSession.create(encodeMlp([4, 8, 3]));
    expect(session.inputMetadata).toEqual([
      { name: "x", isTensor: true, type: "float32", shape: ["rows", 4] },
    ]);
    const x = new Tensor("float32", Float32Array.of(1, -1, 0.5, 2, 0, 0, 0, 1), [2, 4]);
    const { y } = await session.run({ x });
    const answers = [...((y?.data ?? []) as Float32Array)];
    expect(y?.dims).toEqual([2, 3]);
    expect(answers.slice(0, 3).reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 5);
    expect(answers.slice(0, 3)).not.toEqual(answers.slice(3));
  });

  it("writes the same bytes every time", () => {
    expect(encodeMlp([4, 8, 3])).toEqual(encodeMlp([4, 8, 3]));
  });
});
