import { create } from "@bufbuild/protobuf";
import {
  type MessageRules,
  MessageRulesSchema,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import type { Feature, Signature } from "../core/signature.ts";
import { showValue } from "../core/value.ts";
import { commentFeature } from "./comments.ts";
import type { EnumDraft, FieldDraft, MessageDraft, TypeDraft } from "./draft.ts";
import { distinctCategories } from "./element-domain.ts";
import { rulesOf } from "./field-rules.ts";
import type { MemberNames, Members } from "./members.ts";
import { equalSizes, openAxes } from "./open-axes.ts";
import { scalarOf } from "./scalar-type.ts";

/** Where the declarations of a contract come from, and what goes wrong with them. */
export interface RowSource {
  readonly signature: Signature;
  readonly name: string;
  readonly members: Members;
  readonly problems: string[];
}

/** The message of a row, and the enums of its categories. */
export interface RowDraft {
  readonly message: MessageDraft;
  readonly enums: readonly EnumDraft[];
}

/**
 * Tells whether an enum carries a feature: one text of a closed list. Numbers stay
 * numbers, with a rule that lists them: whoever has a 0 sends a 0.
 */
export function isEnumFeature({ domain, shape, dataType }: Feature): boolean {
  return (
    domain.kind === "categories" && domain.closed && shape.length === 0 && dataType === "STRING"
  );
}

/** Declares the message of a row: a field for each feature, in the signature's order. */
export function draftRow({ signature, name, members, problems }: RowSource): RowDraft {
  const { features } = signature;
  const names = members.fields(
    name,
    features.map((feature) => feature.name),
  );
  const enums: EnumDraft[] = [];
  const fields = features.flatMap((feature): readonly FieldDraft[] => {
    const member = names.of(feature.name);
    if (member === undefined) return [];
    const isEnum = isEnumFeature(feature);
    const rules = rulesOf(feature, isEnum);
    if (rules.kind === "invalid") problems.push(rules.problem);
    const carried = isEnum ? draftCategories(feature, names, members) : undefined;
    if (carried !== undefined) enums.push(carried);
    return [
      {
        ...member,
        type:
          carried === undefined ? typeOf(feature, members) : { kind: "enum", name: carried.name },
        label: feature.shape.length === 1 ? "repeated" : "optional",
        comment: commentFeature(feature, member.name === feature.name),
        rules: rules.kind === "ok" ? rules.rules : undefined,
      },
    ];
  });
  const message = {
    name,
    comment: "One row: what the model is asked about.",
    fields,
    reserved: names.reserved,
    rules: sizeRules(features, fields),
  };
  return { message, enums };
}

function typeOf({ dataType, shape }: Feature, members: Members): TypeDraft {
  const name = scalarOf[dataType];
  return shape.length > 1
    ? { kind: "message", name: members.tensor(name) }
    : { kind: "scalar", name };
}

function draftCategories(feature: Feature, row: MemberNames, members: Members): EnumDraft {
  const name = members.enumOf(feature.name, row.lockedEnum(feature.name));
  return members.enum(name, {
    comment: `The values of ${feature.name}.`,
    none: "No value: as if it were left out.",
    values: distinctCategories(feature).map(({ text, value }) => ({
      text,
      comment: `The value ${showValue(value)}.`,
    })),
  });
}

function sizeRules(
  features: readonly Feature[],
  fields: readonly FieldDraft[],
): MessageRules | undefined {
  const cel = [...openAxes(features, fields).values()].flatMap(([first, ...others]) =>
    others.flatMap((axis) => {
      if (first === undefined) return [];
      const message = `expected ${axis.field} to be as long as ${first.field}`;
      const expression = equalSizes({ axis, row: "this" }, { axis: first, row: "this" });
      return [{ id: `size.${axis.id}`, message, expression }];
    }),
  );
  return cel.length === 0 ? undefined : create(MessageRulesSchema, { cel });
}
