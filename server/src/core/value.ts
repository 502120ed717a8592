/**
 * A plain JavaScript value as it appears in rows and tags: what JSON can say,
 * and bigint for integers beyond 2^53.
 */
export type Value = null | boolean | number | bigint | string | readonly Value[] | ValueObject;

/** An object of values, keyed by name. */
export interface ValueObject {
  readonly [name: string]: Value;
}

/** Tells whether a value is an object of named values. */
export function isValueObject(value: Value): value is ValueObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Tells whether a value is a list. */
export function isValueList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

const shownLength = 40;

/** Writes a value for an error message, cut short so that messages stay readable. */
export function showValue(value: Value | undefined): string {
  if (value === undefined) return "nothing";
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (isValueList(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value);
  return text.length > shownLength ? `${text.slice(0, shownLength)}…"` : text;
}
