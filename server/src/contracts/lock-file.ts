import { fromJsonString } from "@bufbuild/protobuf";
import { ContractLockSchema } from "@presage/gen/presage/v1/manifest_pb";
import type { ContractLock, LockedContract, LockedEnum, LockedMessage } from "./lock.ts";

/** The name of the file in a model's directory that keeps its contracts' numbers. */
export const lockFile = "contract.lock";

/** A model's lock, or why its file holds none. */
export type ReadLock =
  | { readonly kind: "ok"; readonly lock: ContractLock }
  | { readonly kind: "invalid"; readonly problems: readonly string[] };

/** Reads the text of a `contract.lock`. */
export function readLock(text: string): ReadLock {
  try {
    const { contracts } = fromJsonString(ContractLockSchema, text);
    const lock = Object.entries(contracts).map(
      ([number, { versions, messages, enums }]) =>
        [
          Number(number),
          {
            versions,
            messages: mapValues(messages, ({ fields, reserved }) => ({
              fields: mapValues(fields, ({ number: at, type, jsonName, required }, name) => ({
                number: at,
                type,
                jsonName: jsonName === "" ? name : jsonName,
                required,
              })),
              reserved: mapValues(reserved, (at) => at),
            })),
            enums: mapValues(enums, ({ values, reserved }) => ({
              values: mapValues(values, ({ number: at, value }) => ({ number: at, value })),
              reserved: mapValues(reserved, (at) => at),
            })),
          },
        ] as const,
    );
    return { kind: "ok", lock: new Map(lock) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: "invalid", problems: [`${lockFile}: ${why}`] };
  }
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From, key: string) => To,
): ReadonlyMap<string, To> {
  return new Map(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}

/**
 * Writes a lock: types by their names, members by their numbers and a line for
 * each, so that what is new is added lines in a comparison.
 */
export function lockText(lock: ContractLock): string {
  const contracts = [...lock].toSorted(([one], [other]) => one - other);
  const text = section(
    contracts.map(([number, contract]) => entry(String(number), contractText(contract))),
  );
  return `{\n  "contracts": ${indent(text)}\n}\n`;
}

function contractText({ versions, messages, enums }: LockedContract): string {
  const numbers = versions.toSorted((a, b) => (a < b ? -1 : 1)).map((each) => `"${each}"`);
  return section([
    entry("versions", `[${numbers.join(", ")}]`),
    ...(messages.size === 0 ? [] : [entry("messages", typesText(messages, messageText))]),
    ...(enums.size === 0 ? [] : [entry("enums", typesText(enums, enumText))]),
  ]);
}

function typesText<Type>(types: ReadonlyMap<string, Type>, write: (type: Type) => string): string {
  const names = [...types.keys()].toSorted();
  return section(
    names.flatMap((name) => {
      const type = types.get(name);
      return type === undefined ? [] : [entry(name, write(type))];
    }),
  );
}

function messageText({ fields, reserved }: LockedMessage): string {
  const lines = byNumber(fields).map(([name, { number, type, jsonName, required }]) =>
    entry(
      name,
      lineOf({
        number,
        type,
        ...(jsonName === name ? {} : { jsonName }),
        ...(required ? { required } : {}),
      }),
    ),
  );
  return section([entry("fields", section(lines)), ...reservedText(reserved)]);
}

function enumText({ values, reserved }: LockedEnum): string {
  const lines = byNumber(values).map(([name, { number, value }]) =>
    entry(name, lineOf({ number, value })),
  );
  return section([entry("values", section(lines)), ...reservedText(reserved)]);
}

function reservedText(reserved: ReadonlyMap<string, number>): readonly string[] {
  if (reserved.size === 0) return [];
  const entries = [...reserved].toSorted(([, one], [, other]) => one - other);
  return [entry("reserved", section(entries.map(([name, number]) => entry(name, String(number)))))];
}

function byNumber<Member extends { readonly number: number }>(
  members: ReadonlyMap<string, Member>,
): readonly (readonly [string, Member])[] {
  return [...members].toSorted(([, one], [, other]) => one.number - other.number);
}

function entry(name: string, text: string): string {
  return `${JSON.stringify(name)}: ${text}`;
}

function section(entries: readonly string[]): string {
  if (entries.length === 0) return "{}";
  return `{\n${entries.map((each) => `  ${indent(each)}`).join(",\n")}\n}`;
}

function indent(text: string): string {
  return text.replaceAll("\n", "\n  ");
}

function lineOf(value: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(value).map(([key, each]) => entry(key, JSON.stringify(each)));
  return `{ ${parts.join(", ")} }`;
}
