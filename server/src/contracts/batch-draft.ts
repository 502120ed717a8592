import { create } from "@bufbuild/protobuf";
import {
  FieldRulesSchema,
  type MessageRules,
  MessageRulesSchema,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import type { Signature } from "../core/signature.ts";
import { sentences } from "./comments.ts";
import type { ContractNames, MessageDraft } from "./draft.ts";
import { equalSizes, openAxes } from "./open-axes.ts";

const rowsField = {
  source: "",
  name: "rows",
  jsonName: "rows",
  number: 1,
  label: "repeated",
} as const;

/** Declares the request of several rows. */
export function draftBatch(
  { features, maxRows }: Signature,
  names: ContractNames,
  row: MessageDraft,
): MessageDraft {
  const most = Number.isFinite(maxRows) ? { maxItems: BigInt(maxRows) } : {};
  const isSingle = maxRows === 1;
  return {
    name: names.batch,
    comment: "The rows to be answered.",
    fields: [
      {
        ...rowsField,
        type: { kind: "message", name: names.row },
        comment: sentences("At least one", isSingle ? "The model takes one at a time" : ""),
        rules: create(FieldRulesSchema, {
          type: { case: "repeated", value: { minItems: 1n, ...most } },
        }),
      },
    ],
    rules: isSingle ? undefined : batchRules(openAxes(features, row.fields)),
  };
}

/** Rows of one request are equally long where the signature leaves the length open. */
function batchRules(axes: ReturnType<typeof openAxes>): MessageRules | undefined {
  const cel = [...axes.values()].flatMap(([axis]) => {
    if (axis === undefined) return [];
    const equal = equalSizes({ axis, row: "r" }, { axis, row: "this.rows[0]" });
    return [
      {
        id: `rows.${axis.id}`,
        message: `expected ${axis.field} to be equally long in all rows`,
        expression: `this.rows.all(r, ${equal})`,
      },
    ];
  });
  return cel.length === 0 ? undefined : create(MessageRulesSchema, { cel });
}

/** Declares the answer to several rows. */
export function draftBatchAnswer(names: ContractNames): MessageDraft {
  return {
    name: names.batchAnswer,
    comment: "The answers to the rows of a request.",
    fields: [
      {
        ...rowsField,
        type: { kind: "message", name: names.answer },
        comment: "One for each row, in their order.",
        rules: undefined,
      },
    ],
  };
}
