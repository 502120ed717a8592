import type { ModelManifest } from "@presage/gen/presage/v1/manifest_pb";
import { valueFromProto } from "../codecs/value.ts";
import type { Classes, ClassLabel, TensorSpec } from "../core/signature.ts";
import { isFloatingPoint } from "../core/tensor.ts";

/** The name that rows give to the label of the class that they answer. */
export const classKey = "class";

const usualOutput = "label";

/** Reads the manifest's classes, and finds the output that answers them. */
export function deriveClasses(
  outputs: readonly TensorSpec[],
  manifest: ModelManifest | undefined,
  problems: string[],
): Classes | undefined {
  if (manifest === undefined || manifest.classes.length === 0) {
    if (manifest?.classOutput) problems.push("classOutput: only used with classes");
    return undefined;
  }
  const output = findOutput(outputs, manifest.classOutput);
  if (output === undefined) {
    const known = outputs.map((each) => each.name).join(", ");
    problems.push(
      manifest.classOutput === ""
        ? `classOutput: required, as no output of ${known} is of integers or text`
        : `classOutput: the model has no output ${manifest.classOutput}, but ${known}`,
    );
    return undefined;
  }
  if (outputs.some((each) => each.name === classKey)) {
    problems.push(`classes: the model has an output named ${classKey}, which labels would hide`);
  }
  return { output: output.name, labels: readLabels(manifest, output, problems) };
}

function findOutput(outputs: readonly TensorSpec[], name: string): TensorSpec | undefined {
  const named = outputs.find((output) => output.name === (name === "" ? usualOutput : name));
  if (named !== undefined || name !== "") return named;
  return outputs.find((output) => !isFloatingPoint(output.dataType));
}

function readLabels(
  manifest: ModelManifest,
  output: TensorSpec,
  problems: string[],
): readonly ClassLabel[] {
  const values = new Set<number | string>();
  const labels = new Set<string>();
  const kind = output.dataType === "STRING" ? "string" : "number";
  return manifest.classes.flatMap((message, index) => {
    const path = `classes[${index}]`;
    const value = message.value === undefined ? null : valueFromProto(message.value);
    if (message.label === "") problems.push(`${path}.label: required`);
    if ((typeof value !== "number" || !Number.isFinite(value)) && typeof value !== "string") {
      problems.push(`${path}.value: expected a number or text`);
      return [];
    }
    if (typeof value !== kind) {
      problems.push(
        `${path}.value: the output ${output.name} is ${output.dataType}, got a ${typeof value}`,
      );
    }
    if (values.has(value)) problems.push(`${path}.value: ${value} is given twice`);
    if (labels.has(message.label)) problems.push(`${path}.label: ${message.label} is given twice`);
    values.add(value);
    labels.add(message.label);
    return [{ value, label: message.label, description: message.description }];
  });
}
