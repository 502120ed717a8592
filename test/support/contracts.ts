import { create } from "@bufbuild/protobuf";
import type { Contract } from "../../server/src/contracts/contract.ts";
import { deriveContract } from "../../server/src/contracts/derive.ts";
import type { Signature } from "../../server/src/core/signature.ts";
import { isValueList, type Value } from "../../server/src/core/value.ts";

/** Derives the contract of a signature that has no mistakes, of the model `model`. */
export function contractOf(signature: Signature): Contract {
  const derived = deriveContract({ model: "model", number: 1, signature });
  if (derived.kind === "invalid") throw new Error(derived.problems.join("\n"));
  return derived.contract;
}

/** Tells whether a contract can be derived from a signature. */
export function hasContract(signature: Signature): boolean {
  return deriveContract({ model: "model", number: 1, signature }).kind === "ok";
}

/** Makes a message of a contract's row out of values in signature order; undefined is left out. */
export function rowMessage(
  { row, features }: Contract,
  values: readonly (Value | undefined)[],
): object {
  const message: Record<string, unknown> = {};
  for (const [index, { field, form }] of features.entries()) {
    const value = values[index];
    if (value === undefined) continue;
    if (form.kind === "enum") message[field.localName] = numberOf(form.values, value);
    else message[field.localName] = form.kind === "tensor" ? tensorOf(value) : value;
  }
  return create(row, message);
}

function numberOf(values: ReadonlyMap<number, Value>, wanted: Value): number {
  for (const [number, value] of values) if (value === wanted) return number;
  return 0;
}

function tensorOf(value: Value): object {
  const shape: bigint[] = [];
  let elements: readonly Value[] = [value];
  for (let [first] = elements; first !== undefined && isValueList(first); [first] = elements) {
    shape.push(BigInt(first.length));
    elements = elements.flatMap((each) => (isValueList(each) ? each : [each]));
  }
  return { shape, values: elements };
}
