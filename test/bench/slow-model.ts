import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import {
  createModelDirectory,
  type ModelDirectory,
  repositoryPath,
} from "../support/model-directory.ts";
import type { FloatsInput } from "./requests.ts";

const file = "slow/1/model.onnx";
/** The steps of a run in the file of the tests, which takes some 200 ms. */
const steps = 150_000;
/** The steps of some 50 ms. */
export const shortSteps = 37_500;

/** What the slow model is asked: it takes as long whatever the number of rows. */
export const slowInput: FloatsInput = { model: "slow", input: "x", width: 1 };

/** The slow model of the tests, with runs of some 50 ms, and the tiny one beside it. */
export function writeSlowAndTiny(): ModelDirectory {
  const models = createModelDirectory();
  models.copy("examples/models/breast-cancer", "breast-cancer");
  models.copy("test/data/edge/slow", "slow");
  const whole = readFileSync(repositoryPath(join("test/data/edge", file)));
  writeFileSync(join(models.root, file), withSteps(whole, shortSteps));
  return models;
}

/** The slow model's file with another number of steps, whose code is as long. */
export function withSteps(model: Buffer, wanted: number): Buffer {
  const [before, after] = [encodeSteps(steps), encodeSteps(wanted)];
  const at = model.indexOf(before);
  if (at === -1 || before.length !== after.length)
    throw new Error(`the slow model cannot be given ${wanted} steps`);
  return Buffer.concat([model.subarray(0, at), after, model.subarray(at + before.length)]);
}

/** The value and the name of the tensor that holds the number, as they follow each other. */
function encodeSteps(count: number): Buffer {
  const writer = new BinaryWriter()
    .uint32(count)
    .uint32((8 << 3) | 2)
    .string("steps");
  return Buffer.from(writer.finish());
}
