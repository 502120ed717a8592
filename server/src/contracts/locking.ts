import type { DeclaredContract } from "./bind.ts";
import type { EnumDraft, FieldDraft, MessageDraft } from "./draft.ts";
import type { LockedContract, LockedEnum, LockedMessage } from "./lock.ts";

/** Writes down what a declared contract is, as a lock keeps it. */
export function lockDeclared({ draft, names }: DeclaredContract): LockedContract {
  // The messages of several rows are the same in every contract.
  const own = draft.messages.filter(
    ({ name }) => name !== names.batch && name !== names.batchAnswer,
  );
  return {
    versions: [],
    messages: new Map(own.map((message) => [message.name, lockMessage(message)])),
    enums: new Map(draft.enums.map((each) => [each.name, lockEnum(each)])),
  };
}

function lockMessage({ fields, reserved }: MessageDraft): LockedMessage {
  return {
    fields: new Map(
      fields.map((field) => [
        field.name,
        {
          number: field.number,
          type: `${field.label} ${field.type.name}`,
          jsonName: field.jsonName,
          required: isRequired(field),
        },
      ]),
    ),
    reserved: reserved ?? new Map(),
  };
}

/** A list of so many values must be there as well. */
function isRequired({ rules }: FieldDraft): boolean {
  if (rules === undefined) return false;
  return rules.required || (rules.type.case === "repeated" && rules.type.value.minItems > 0n);
}

function lockEnum({ values, reserved }: EnumDraft): LockedEnum {
  return {
    values: new Map(
      values.flatMap(({ name, number, text }) =>
        text === undefined ? [] : [[name, { number, value: text }] as const],
      ),
    ),
    reserved: reserved ?? new Map(),
  };
}

/**
 * Puts what was locked and what is declared now together, so that neither is
 * lost: what is not declared any more stays as it was, and reserved is only what
 * was already.
 */
export function mergeLocked(
  before: LockedContract | undefined,
  now: LockedContract,
): LockedContract {
  if (before === undefined) return now;
  return {
    versions: [...new Set([...before.versions, ...now.versions])],
    messages: merge(before.messages, now.messages, (one, other) => ({
      fields: new Map([...one.fields, ...other.fields]),
      reserved: one.reserved,
    })),
    enums: merge(before.enums, now.enums, (one, other) => ({
      values: new Map([...one.values, ...other.values]),
      reserved: one.reserved,
    })),
  };
}

function merge<Type>(
  before: ReadonlyMap<string, Type>,
  now: ReadonlyMap<string, Type>,
  both: (before: Type, now: Type) => Type,
): ReadonlyMap<string, Type> {
  const merged = new Map(before);
  for (const [name, type] of now) {
    const known = before.get(name);
    merged.set(name, known === undefined ? type : both(known, type));
  }
  return merged;
}
