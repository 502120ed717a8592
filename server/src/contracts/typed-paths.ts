import type { Signature } from "../core/signature.ts";
import type { Contract } from "./contract.ts";
import { compileListReader, type Part } from "./typed-part.ts";

/** Names a row's field in a request, e.g. `rows[1].LSTAT`. */
export type PathOf = (row: number, field: string) => string;

/** Turns the path of a value in rows that any model takes into that of the contract's field. */
export type PathReader = (path: string, rows: readonly Part[], pathOf: PathOf) => string;

const rowPath = /^rows\[(\d+)\]\.(.*)$/s;
const indexes = /^(?:\[\d+\])*$/;

/** Compiles the reader of the paths that the encoder of rows tells. */
export function compilePathReader(contract: Contract, signature: Signature): PathReader {
  const fields = signature.features.flatMap(({ name }, index) => {
    const carried = contract.features[index];
    if (carried === undefined) return [];
    const { field, form } = carried;
    const read = form.kind === "tensor" ? compileListReader(field, form) : undefined;
    return [{ name, field, read }];
  });
  return (path, rows, pathOf) => {
    const [, number, rest = ""] = rowPath.exec(path) ?? [];
    if (number === undefined) return path;
    const row = Number(number);
    const found = fields.find(
      ({ name }) => rest.startsWith(name) && indexes.test(rest.slice(name.length)),
    );
    if (found === undefined) return path;
    const suffix = rest.slice(found.name.length);
    const own = pathOf(row, found.field.name);
    if (suffix === "" || found.read === undefined) return own + suffix;
    const shape = found.read(rows[row] ?? {})?.shape ?? [];
    const at = suffix.slice(1, -1).split("][").map(Number);
    if (at.length < shape.length) return `${own}.shape`;
    return `${own}.values[${at.reduce((flat, index, axis) => flat * (shape[axis] ?? 0) + index, 0)}]`;
  };
}
