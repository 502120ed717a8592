import {
  createFileRegistry,
  type DescField,
  type DescMessage,
  type FileRegistry,
} from "@bufbuild/protobuf";
import type { FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import { file_buf_validate_validate } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import type { Feature, Signature } from "../core/signature.ts";
import type { Value } from "../core/value.ts";
import { answersClass, outputForm } from "./answer-draft.ts";
import type { ClassField, Contract, FieldForm } from "./contract.ts";
import type { ContractNames, FileDraft } from "./draft.ts";
import { distinctCategories } from "./element-domain.ts";
import { describeFile } from "./file-descriptor.ts";
import { isEnumFeature } from "./row-draft.ts";

/** A contract that is declared, and not yet bound to a version. */
export interface DeclaredContract {
  readonly model: string;
  readonly number: number;
  readonly draft: FileDraft;
  readonly names: ContractNames;
  readonly file: FileDescriptorProto;
  readonly registry: FileRegistry;
}

/** Declares the file of a contract. */
export function declareContract(
  { model, number }: Pick<DeclaredContract, "model" | "number">,
  draft: FileDraft,
  names: ContractNames,
): DeclaredContract {
  const file = describeFile(draft);
  const rules = file_buf_validate_validate;
  const known = [rules, ...rules.dependencies];
  const registry = createFileRegistry(file, (path) =>
    known.find(({ name }) => `${name}.proto` === path),
  );
  return { model, number, draft, names, file, registry };
}

/** Finds the fields that carry the features and outputs of a version, which must all be declared. */
export function bindContract(declared: DeclaredContract, signature: Signature): Contract {
  const { model, number, draft, names, file, registry } = declared;
  const message = (name: string): DescMessage => {
    const typeName = `${draft.package}.${name}`;
    return found(registry.getMessage(typeName), typeName);
  };
  const row = message(names.row);
  const answer = message(names.answer);
  const carriers = new Map([row, answer].map((desc) => [desc, fieldsOf(desc, draft)] as const));
  const fieldOf = (desc: DescMessage, source: string): DescField =>
    found(carriers.get(desc)?.get(source), source);
  const numbersOf = (enumName: string | undefined): ReadonlyMap<string, number> => {
    const declaredEnum = draft.enums.find(({ name }) => name === enumName);
    return new Map(
      declaredEnum?.values.flatMap(({ text, number: value }) =>
        text === undefined ? [] : [[text, value] as const],
      ),
    );
  };
  const formOf = (feature: Feature, field: DescField): FieldForm => {
    if (!isEnumFeature(feature)) {
      const [length, second] = feature.shape;
      if (second !== undefined) return { kind: "tensor" };
      return { kind: length === undefined ? "scalar" : "list" };
    }
    const numbers = numbersOf(field.enum?.name);
    const values = distinctCategories(feature).flatMap(
      ({ value, text }): readonly [number, Value][] => {
        const known = numbers.get(text);
        return known === undefined ? [] : [[known, value]];
      },
    );
    return { kind: "enum", values: new Map(values) };
  };
  const bindClass = (): ClassField | undefined => {
    const { classes } = signature;
    if (classes === undefined || !answersClass(signature)) return undefined;
    const field = fieldOf(answer, "");
    const numbers = numbersOf(names.classEnum);
    return {
      field,
      enum: found(field.enum, names.classEnum),
      numbers: new Map(
        classes.labels.flatMap(({ value, label }) => {
          const known = numbers.get(label);
          return known === undefined ? [] : [[value, known] as const];
        }),
      ),
    };
  };
  return {
    model,
    number,
    file,
    service: found(registry.getService(`${draft.package}.${names.service}`), names.service),
    row,
    answer,
    batch: message(names.batch),
    batchAnswer: message(names.batchAnswer),
    features: signature.features.map((feature) => {
      const field = fieldOf(row, feature.name);
      return { field, form: formOf(feature, field) };
    }),
    outputs: signature.outputs.map((output) => ({
      field: fieldOf(answer, output.name),
      form: outputForm(output, signature),
    })),
    classField: bindClass(),
  };
}

/** The fields of a message by what they carry. */
function fieldsOf(desc: DescMessage, draft: FileDraft): ReadonlyMap<string, DescField> {
  const declared = draft.messages.find(({ name }) => name === desc.name);
  const byName = new Map(desc.fields.map((field) => [field.name, field]));
  return new Map(
    declared?.fields.flatMap(({ source, name }) => {
      const field = byName.get(name);
      return field === undefined ? [] : [[source, field] as const];
    }),
  );
}

function found<Descriptor>(descriptor: Descriptor | undefined, name: string): Descriptor {
  if (descriptor === undefined) throw new Error(`the contract declares no ${name}`);
  return descriptor;
}
