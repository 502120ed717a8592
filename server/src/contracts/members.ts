import type { EnumDraft, MessageDraft, Reserved } from "./draft.ts";
import type { LockedContract, LockedField } from "./lock.ts";
import {
  createFieldScope,
  createValueScope,
  fieldStyle,
  typeName,
  valuePrefix,
  valueStyle,
  writeName,
} from "./names.ts";
import { createNumbering } from "./numbering.ts";
import type { ScalarName } from "./scalar-type.ts";

/** What a field is called, and its number. */
export interface Member {
  /** The feature or output. */
  readonly source: string;
  readonly name: string;
  readonly jsonName: string;
  readonly number: number;
}

/** The fields of one message. */
export interface MemberNames {
  /** The field of a feature or an output; undefined if none could be named, which is told as a problem. */
  of(name: string): Member | undefined;
  /** The enum that the lock has for a feature; undefined if it has none. */
  lockedEnum(name: string): string | undefined;
  readonly reserved: Reserved;
}

/** The text of an enum that is to be declared. */
export interface EnumText {
  readonly comment: string;
  /** The comment of the value of 0. */
  readonly none: string;
  readonly values: readonly { readonly text: string; readonly comment: string }[];
}

/** Names and numbers what a contract declares, as its lock has it. */
export interface Members {
  /** Takes the name of a type; a second one of the same name is a problem. */
  take(type: string): void;
  fields(message: string, names: readonly string[]): MemberNames;
  /** Names the enum of a feature. */
  enumOf(feature: string, locked: string | undefined): string;
  enum(name: string, text: EnumText): EnumDraft;
  /** Names the message of tensors of a scalar type, and remembers that it is needed. */
  tensor(type: ScalarName): string;
  /** The messages of the tensors that were asked for. */
  tensors(): readonly MessageDraft[];
}

const nothing: ReadonlyMap<never, never> = new Map<never, never>();

/** Makes the names and numbers of a contract. */
export function createMembers(locked: LockedContract | undefined, problems: string[]): Members {
  const types = new Set<string>();
  const values = new Set<string>();
  const tensorNames = new Map<ScalarName, string>();

  const free = (wanted: string, isTaken: (name: string) => boolean): string => {
    let name = wanted;
    for (let next = 2; isTaken(name); next += 1) name = `${wanted}${next}`;
    return name;
  };

  return {
    take(type) {
      if (types.has(type)) problems.push(`contract: two types are called ${type}`);
      types.add(type);
    },
    fields(message, names) {
      const known = locked?.messages.get(message);
      const fields: ReadonlyMap<string, LockedField> = known?.fields ?? nothing;
      const reserved: Reserved = known?.reserved ?? nothing;
      const byJson = new Map([...fields].map(([name, { jsonName }]) => [jsonName, name]));
      const scope = createFieldScope(names);
      for (const name of fields.keys()) scope.take(name);
      for (const name of reserved.keys()) scope.take(name);
      const number = createNumbering(fields, reserved);
      const members = new Map<string, Member>();
      for (const each of names) {
        const spoken = canBeJsonName(each) ? each : writeName(each, fieldStyle);
        const name = byJson.get(spoken) ?? scope.write(each, fieldStyle);
        if (name === undefined) {
          const shown = JSON.stringify(each);
          problems.push(`contract: ${shown} cannot be told from another name of ${message}`);
          continue;
        }
        if (name !== each && names.includes(name)) {
          problems.push(
            `contract: ${name} is what JSON calls one field of ${message}, and another's name`,
          );
        }
        const jsonName = canBeJsonName(each) ? each : name;
        members.set(each, { source: each, name, jsonName, number: number(name) });
      }
      return {
        reserved: reservedOf(fields, reserved, [...members.values()]),
        of: (name) => members.get(name),
        lockedEnum: (name) => {
          const type = fields
            .get(byJson.get(name) ?? "")
            ?.type.split(" ")
            .at(-1);
          return type !== undefined && locked?.enums.has(type) === true ? type : undefined;
        },
      };
    },
    enumOf(feature, lockedName) {
      const isTaken = (each: string): boolean =>
        types.has(each) || locked?.enums.has(each) === true || values.has(noneOf(each));
      const name = lockedName ?? free(typeName(feature, "Value"), isTaken);
      types.add(name);
      return name;
    },
    enum(name, text) {
      const known = locked?.enums.get(name);
      const numbering = createNumbering(known?.values ?? nothing, known?.reserved ?? nothing);
      const byText = new Map([...(known?.values ?? [])].map(([each, { value }]) => [value, each]));
      const prefix = valuePrefix(name);
      const scope = createValueScope((each) => values.has(`${prefix}_${each}`));
      const take = (each: string): boolean => scope.take(each.slice(prefix.length + 1));
      const none = noneOf(name);
      values.add(none);
      for (const each of [none, ...byText.values(), ...(known?.reserved.keys() ?? [])]) take(each);
      const members = text.values.flatMap((value) => {
        const lockedValue = byText.get(value.text);
        const rest = lockedValue === undefined ? scope.write(value.text, valueStyle) : undefined;
        const written = lockedValue ?? (rest === undefined ? undefined : `${prefix}_${rest}`);
        if (written === undefined) {
          const shown = JSON.stringify(value.text);
          problems.push(`contract: ${shown} of ${name} cannot be told from another value`);
          return [];
        }
        values.add(written);
        return [{ ...value, name: written, number: numbering(written) }];
      });
      return {
        name,
        comment: text.comment,
        values: [{ text: undefined, name: none, number: 0, comment: text.none }, ...members],
        reserved: reservedOf(known?.values ?? nothing, known?.reserved ?? nothing, members),
      };
    },
    tensor(type) {
      const wanted = `${type.slice(0, 1).toUpperCase()}${type.slice(1)}Tensor`;
      const name = tensorNames.get(type) ?? free(wanted, (each) => types.has(each));
      tensorNames.set(type, name);
      types.add(name);
      return name;
    },
    tensors: () => [...tensorNames].map(([type, name]) => draftTensor(type, name)),
  };
}

/** The name of an enum's value of 0. */
function noneOf(enumName: string): string {
  return `${valuePrefix(enumName)}_UNSPECIFIED`;
}

/** What was, and is not any more. */
function reservedOf(
  known: ReadonlyMap<string, { readonly number: number }>,
  reserved: Reserved,
  members: readonly { readonly name: string }[],
): Reserved {
  const present = new Set(members.map(({ name }) => name));
  const gone = [...known].filter(([name]) => !present.has(name));
  return new Map([...reserved, ...gone.map(([name, { number }]) => [name, number] as const)]);
}

/** Names in brackets are those of extensions, in JSON; no text of protobuf holds NUL. */
function canBeJsonName(name: string): boolean {
  return !(name.startsWith("[") && name.endsWith("]")) && !name.includes("\0");
}

function draftTensor(type: ScalarName, name: string): MessageDraft {
  const field = { source: "", label: "repeated", rules: undefined } as const;
  return {
    name,
    comment: "An array of more than one dimension.",
    fields: [
      {
        ...field,
        name: "shape",
        jsonName: "shape",
        number: 1,
        type: { kind: "scalar", name: "int64" },
        comment: "The size of each dimension, the outermost first.",
      },
      {
        ...field,
        name: "values",
        jsonName: "values",
        number: 2,
        type: { kind: "scalar", name: type },
        comment: "The values, those of the innermost dimension side by side.",
      },
    ],
  };
}
