import type { ContractLock, LockedContract } from "./lock.ts";

/** Tells what is new in a lock, and what is gone: a line for each version, field and value. */
export function lockChanges(before: ContractLock, after: ContractLock): readonly string[] {
  const numbers = [...new Set([...before.keys(), ...after.keys()])].toSorted((a, b) => a - b);
  return numbers.flatMap((number) => {
    const [old, now] = [before, after].map((lock) => linesOf(lock.get(number)));
    return [
      ...[...(now ?? [])]
        .filter((line) => old?.has(line) !== true)
        .map((line) => `+ v${number} ${line}`),
      ...[...(old ?? [])]
        .filter((line) => now?.has(line) !== true)
        .map((line) => `- v${number} ${line}`),
    ];
  });
}

function linesOf(contract: LockedContract | undefined): ReadonlySet<string> {
  if (contract === undefined) return new Set();
  const { versions, messages, enums } = contract;
  return new Set([
    ...versions.map((version) => `version ${version}`),
    ...[...messages].flatMap(([message, { fields, reserved }]) => [
      ...[...fields].map(
        ([name, { number, type, required }]) =>
          `${message}.${name} = ${number} (${type}${required ? ", required" : ""})`,
      ),
      ...reservedLines(message, reserved),
    ]),
    ...[...enums].flatMap(([name, { values, reserved }]) => [
      ...[...values].map(([value, { number }]) => `${name}.${value} = ${number}`),
      ...reservedLines(name, reserved),
    ]),
  ]);
}

function reservedLines(type: string, reserved: ReadonlyMap<string, number>): readonly string[] {
  return [...reserved].map(([name, number]) => `${type}.${name} = ${number} (reserved)`);
}
