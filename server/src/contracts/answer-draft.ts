import { rowShape, type Signature, showDimensions, type TensorSpec } from "../core/signature.ts";
import { sentences } from "./comments.ts";
import type { FieldForm } from "./contract.ts";
import type { EnumDraft, FieldDraft, MessageDraft } from "./draft.ts";
import type { Members } from "./members.ts";
import { scalarOf } from "./scalar-type.ts";

/** Where the declaration of an answer comes from. */
export interface AnswerSource {
  readonly signature: Signature;
  readonly name: string;
  readonly classEnum: string;
  /** The output with a score for each class; undefined is none. */
  readonly scores: string | undefined;
  readonly members: Members;
}

/** The message of an answer, and the enum of its classes. */
export interface AnswerDraft {
  readonly message: MessageDraft;
  readonly enums: readonly EnumDraft[];
}

/** The name of the field of the class, which rows use for its label as well. */
export const classField = "class";

/** Declares the message of an answer: the class, then a field for each output, in the signature's order. */
export function draftAnswer(source: AnswerSource): AnswerDraft {
  const { signature, name, classEnum, members } = source;
  const { outputs, classes } = signature;
  const hasClass = answersClass(signature);
  const names = members.fields(name, [
    ...(hasClass ? [classField] : []),
    ...outputs.map((output) => output.name),
  ]);
  const fields: FieldDraft[] = [];
  const enums: EnumDraft[] = [];
  const member = names.of(classField);
  if (hasClass && classes !== undefined && member !== undefined) {
    const declared = members.enum(classEnum, {
      comment: `The classes, which ${classes.output} answers.`,
      none: "No class.",
      values: classes.labels.map(({ label, value, description }) => ({
        text: label,
        comment: sentences(description, `The value ${value} of ${classes.output}`),
      })),
    });
    enums.push(declared);
    fields.push({
      ...member,
      source: "",
      type: { kind: "enum", name: declared.name },
      label: "optional",
      comment: "The class that the model answers.",
      rules: undefined,
    });
  }
  for (const output of outputs) {
    const carried = names.of(output.name);
    if (carried === undefined) continue;
    const { kind } = outputForm(output, signature);
    const scalar = scalarOf[output.dataType];
    fields.push({
      ...carried,
      type:
        kind === "tensor"
          ? { kind: "message", name: members.tensor(scalar) }
          : { kind: "scalar", name: scalar },
      label: kind === "list" ? "repeated" : "optional",
      comment: commentOutput(output, source),
      rules: undefined,
    });
  }
  const message = {
    name,
    comment: "The answer to one row.",
    fields,
    reserved: names.reserved,
  };
  return { message, enums };
}

/** Tells whether the model answers one class for each row, which the manifest labels. */
export function answersClass({ classes, outputs, rowAxis }: Signature): boolean {
  const output = outputs.find(({ name }) => name === classes?.output);
  if (output === undefined) return false;
  return outputForm(output, { rowAxis }).kind === "scalar";
}

/** How an answer carries what one row gets of an output. */
export function outputForm(
  { shape }: TensorSpec,
  { rowAxis }: Pick<Signature, "rowAxis">,
): FieldForm {
  const [length, second] = outputRowShape(shape, rowAxis);
  if (length === undefined || (second === undefined && length === 1)) return { kind: "scalar" };
  return { kind: second === undefined ? "list" : "tensor" };
}

function outputRowShape(shape: TensorSpec["shape"], rowAxis: boolean): TensorSpec["shape"] {
  const byRow = rowAxis && (typeof shape[0] === "string" || shape[0] === 1);
  return rowShape(shape, byRow);
}

function commentOutput(output: TensorSpec, source: AnswerSource): string {
  const { signature, scores } = source;
  const { classes } = signature;
  const shape = outputRowShape(output.shape, signature.rowAxis);
  const { kind } = outputForm(output, signature);
  const [length] = shape;
  const isScores = output.name === scores && length === classes?.labels.length;
  return sentences(
    `The output ${output.name}`,
    output.name === classes?.output ? "The value of the class" : "",
    kind === "list" && typeof length === "number" && !isScores ? `${length} values` : "",
    kind === "tensor" ? `Shape: ${showDimensions(shape)}` : "",
    isScores && classes !== undefined
      ? `One value for each class, in this order: ${classes.labels.map(({ label }) => label).join(", ")}`
      : "",
  );
}
