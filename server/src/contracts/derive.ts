import type { ModelManifest } from "@presage/gen/presage/v1/manifest_pb";
import type { Signature } from "../core/signature.ts";
import { planScoring } from "../signature/scoring.ts";
import { answersClass, draftAnswer } from "./answer-draft.ts";
import { draftBatch, draftBatchAnswer } from "./batch-draft.ts";
import { bindContract, type DeclaredContract, declareContract } from "./bind.ts";
import { sentences } from "./comments.ts";
import type { Contract } from "./contract.ts";
import type { ContractNames, FileDraft } from "./draft.ts";
import type { LockedContract } from "./lock.ts";
import { createMembers } from "./members.ts";
import { packageStyle, typeName, writeName } from "./names.ts";
import { draftRow } from "./row-draft.ts";

/** What a contract is derived from. */
export interface ContractSource {
  readonly model: string;
  /** The number of the contract, from 1. */
  readonly number: number;
  readonly signature: Signature;
  /** @default none */
  readonly manifest?: ModelManifest | undefined;
  /** The names and numbers that callers know. @default none: numbers follow the signature's order */
  readonly lock?: LockedContract | undefined;
}

/** What came of a derivation, or everything that keeps a signature from having a contract. */
export type Derived<Result> =
  | ({ readonly kind: "ok" } & Result)
  | { readonly kind: "invalid"; readonly problems: readonly string[] };

/** Derives the typed service of a model from the signature of a version. */
export function deriveContract(source: ContractSource): Derived<{ readonly contract: Contract }> {
  const derived = deriveDeclaration(source);
  if (derived.kind === "invalid") return derived;
  return { kind: "ok", contract: bindContract(derived.declared, source.signature) };
}

/** Derives the declaration of a contract, which other versions may be bound to as well. */
export function deriveDeclaration(
  source: ContractSource,
): Derived<{ readonly declared: DeclaredContract }> {
  const problems: string[] = [];
  const names = nameTypes(source, problems);
  const draft = draftFile(source, names, problems);
  if (problems.length > 0) return { kind: "invalid", problems };
  return { kind: "ok", declared: declareContract(source, draft, names) };
}

const pascal = /^[A-Z][A-Za-z0-9]*$/;

function nameTypes(source: ContractSource, problems: string[]): ContractNames {
  const { model, number, manifest } = source;
  const stated = manifest?.contract;
  if (number < 1) problems.push(`contract.versions: expected at least 1, got ${number}`);
  const nameOf = (field: "row" | "answer" | "classEnum", usual: string): string => {
    const name = stated?.[field] ?? "";
    if (name === "") return usual;
    if (!pascal.test(name))
      problems.push(`contract.${field}: expected a name such as TumorSize, got ${name}`);
    return name;
  };
  const title = typeName(model, "Model");
  return {
    service: `${title}Service`,
    row: nameOf("row", `${title}Row`),
    answer: nameOf("answer", "Prediction"),
    batch: "PredictBatchRequest",
    batchAnswer: "PredictBatchResponse",
    classEnum: nameOf("classEnum", "Class"),
  };
}

function draftFile(source: ContractSource, names: ContractNames, problems: string[]): FileDraft {
  const { model, number, signature, manifest, lock } = source;
  const members = createMembers(lock, problems);
  const { classEnum, ...types } = names;
  for (const type of Object.values(types)) members.take(type);
  if (answersClass(signature)) members.take(classEnum);
  const answer = draftAnswer({
    signature,
    name: names.answer,
    classEnum,
    scores: planScoring(signature, manifest, []).scores?.name,
    members,
  });
  const row = draftRow({ signature, name: names.row, members, problems });
  const segment = writeName(model, packageStyle);
  return {
    path: `presage/models/${segment}/v${number}/contract.proto`,
    package: `presage.models.${segment}.v${number}`,
    service: {
      name: names.service,
      comment: sentences(
        manifest?.displayName || `The model ${model}`,
        manifest?.description ?? "",
      ),
      methods: [
        { name: "Predict", input: names.row, output: names.answer, comment: "Answers one row." },
        {
          name: "PredictBatch",
          input: names.batch,
          output: names.batchAnswer,
          comment: "Answers several rows, in their order.",
        },
      ],
    },
    messages: [
      row.message,
      answer.message,
      draftBatch(signature, names, row.message),
      draftBatchAnswer(names),
      ...members.tensors(),
    ],
    enums: [...answer.enums, ...row.enums],
  };
}
