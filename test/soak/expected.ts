import type { Outputs, Question } from "./questions.ts";

/** An answer, or a refusal, that is not what it must be. */
export class Unexpected extends Error {
  override readonly name = "Unexpected";
}

/** Throws unless an answer's rows are what the question's rows must be answered. */
export function checkRows(
  { outputs, rows, tolerance }: Pick<Question, "outputs" | "rows" | "tolerance">,
  answered: readonly Readonly<Record<string, unknown>>[],
): void {
  if (answered.length !== rows.length)
    throw new Unexpected(`${answered.length} rows answered instead of ${rows.length}`);
  for (const [name, values] of Object.entries(outputs))
    for (const [index, wanted] of values.entries())
      checkValue(name, wanted, { given: answered[index]?.[name], tolerance });
}

/** Throws unless an answer's tensors, row after row, are what the question's rows must be answered. */
export function checkTensors(
  { outputs, tolerance }: Pick<Question, "outputs" | "tolerance">,
  answered: Readonly<Record<string, { readonly data: ArrayLike<unknown> }>>,
): void {
  for (const [name, values] of Object.entries(outputs)) {
    const given = Array.from(answered[name]?.data ?? []);
    checkValue(name, flatten(values), { given, tolerance });
  }
}

/** Throws unless something is as it must be. */
export function checkEqual(what: string, given: unknown, wanted: unknown): void {
  if (given !== wanted)
    throw new Unexpected(`${what} is ${String(given)} instead of ${String(wanted)}`);
}

function flatten(values: Outputs[string]): readonly number[] {
  return values.flatMap((value) => value);
}

function checkValue(
  name: string,
  wanted: number | readonly number[],
  { given, tolerance }: { readonly given: unknown; readonly tolerance: number },
): void {
  const [wants, has] = [[wanted].flat(), [given].flat()];
  const fits =
    wants.length === has.length &&
    wants.every((value, index) => Math.abs(value - toNumber(has[index])) <= tolerance);
  if (!fits) throw new Unexpected(`${name} is ${tell(has)} instead of ${tell(wants)}`);
}

/** JSON has 64-bit integers as texts, and messages as bigints. */
function toNumber(value: unknown): number {
  return typeof value === "number" || typeof value === "bigint" || typeof value === "string"
    ? Number(value)
    : Number.NaN;
}

/** The first values, for people. */
function tell(values: readonly unknown[]): string {
  const first = values.slice(0, 4).map(String).join(", ");
  return values.length > 4 ? `${first}, …` : first;
}
