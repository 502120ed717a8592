import { readFileSync } from "node:fs";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { repositoryPath } from "../support/model-directory.ts";
import { shortSteps, withSteps } from "./slow-model.ts";

const slow = readFileSync(repositoryPath("test/data/edge/slow/1/model.onnx"));

describe("withSteps()", () => {
  it("writes a model that answers as the slow one does", async () => {
    const session = await InferenceSession.create(withSteps(slow, shortSteps));
    const x = new Tensor("float32", Float32Array.of(3, 5), [2, 1]);
    const { y } = await session.run({ x });
    expect([...((y?.data ?? []) as Float32Array)]).toEqual([3, 5]);
  });

  it("changes nothing but the number", () => {
    const changed = withSteps(slow, shortSteps);
    expect(changed).not.toEqual(slow);
    expect(changed).toHaveLength(slow.length);
    expect(withSteps(slow, 150_000)).toEqual(slow);
  });

  it.each([100, 3_000_000])("refuses %d steps, whose code has another length", (steps) => {
    expect(() => withSteps(slow, steps)).toThrow(`cannot be given ${steps} steps`);
  });

  it("refuses a file without the number", () => {
    expect(() => withSteps(Buffer.from("steps"), shortSteps)).toThrow("cannot be given");
  });
});
