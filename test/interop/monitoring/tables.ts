import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { repositoryPath } from "../../support/model-directory.ts";

/** A row of named numbers. */
export type NumbersRow = Readonly<Record<string, number>>;

/** The rows that Boston's houses were learned from. */
export const houses: readonly NumbersRow[] = readTable(
  "examples/models/boston-housing/data/boston.csv",
).map(({ MEDV: _worth, ...features }) => features);

/** The file with the rows of cell nuclei that a reference is built from. */
export const nucleiFile: string = repositoryPath("test/data/drift/breast-cancer.csv");

/** The rows of that file. */
export const nuclei: readonly NumbersRow[] = readTable("test/data/drift/breast-cancer.csv");

/** Some flowers of each species. */
export const flowers: readonly (readonly number[])[] = [
  [4.6, 3.4, 1.4, 0.3],
  [5.1, 3.5, 1.4, 0.3],
  [5.0, 3.0, 1.6, 0.2],
  [6.7, 3.1, 4.4, 1.4],
  [6.0, 3.4, 4.5, 1.6],
  [5.6, 2.9, 3.6, 1.3],
  [7.2, 3.0, 5.8, 1.6],
  [6.9, 3.1, 5.4, 2.1],
  [7.7, 2.6, 6.9, 2.3],
  [6.7, 3.0, 5.2, 2.3],
];

/** A tumor, by nine grades. */
export const tumor: readonly number[] = [4, 1, 2, 1, 2, 1, 1, 1, 1];

function readTable(path: string): readonly NumbersRow[] {
  const text = readFileSync(repositoryPath(path), "utf8");
  const cast = (cell: string, { header }: { readonly header: boolean }): string | number =>
    header ? cell : Number(cell);
  return parse(text, { columns: true, cast }) as NumbersRow[];
}
