import { bfloat16ToNumber, numberToBfloat16 } from "../core/bfloat16.ts";
import type { Feature } from "../core/signature.ts";
import { type DataType, isFloatingPoint } from "../core/tensor.ts";
import { showValue, type Value } from "../core/value.ts";
import type { Element } from "./element-buffer.ts";

/** Why a value cannot be an element: what was expected instead. */
export class Rejection {
  readonly description: string;

  constructor(description: string) {
    this.description = description;
  }
}

/** What a feature takes, for every element of it, on every way that values come in. */
export interface ElementRule {
  /** Reads a value of a row; undefined is a value that the row lacks. */
  read(value: Value | undefined): Element | Rejection;
  /** Checks an element of a tensor; returns what the model is to be given for it. */
  check(element: Element): Element | Rejection;
  /** True when `check` lets every element pass as it is. */
  readonly checksNothing: boolean;
}

const integerBounds: Readonly<Partial<Record<DataType, readonly [bigint, bigint]>>> = {
  UINT8: [0n, 0xffn],
  UINT16: [0n, 0xffffn],
  UINT32: [0n, 0xffff_ffffn],
  UINT64: [0n, 0xffff_ffff_ffff_ffffn],
  INT8: [-0x80n, 0x7fn],
  INT16: [-0x8000n, 0x7fffn],
  INT32: [-0x8000_0000n, 0x7fff_ffffn],
  INT64: [-0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn],
};

const nouns: Readonly<Partial<Record<DataType, string>>> = {
  BOOL: "true or false",
  STRING: "text",
};

function expected(what: string, value: Value | undefined): Rejection {
  return new Rejection(`expected ${what}, got ${showValue(value)}`);
}

/** Rounds a number to the nearest one that a floating-point type can hold. */
const roundings: Readonly<Partial<Record<DataType, (value: number) => number>>> = {
  FP64: (value) => value,
  FP32: Math.fround,
  FP16: Math.f16round,
  BF16: (value) => bfloat16ToNumber(numberToBfloat16(value)),
};

/** Makes the reader of one data type, which knows nothing of features. */
function createReader(type: DataType): (value: Value) => Element | Rejection {
  switch (type) {
    case "BOOL":
      return (value) =>
        typeof value === "boolean" ? Number(value) : expected("true or false", value);
    case "STRING":
      return (value) => (typeof value === "string" ? value : expected("text", value));
    case "FP64":
    case "FP32":
    case "FP16":
    case "BF16":
      return floatReader(type);
    case "INT64":
    case "UINT64":
      return wideIntegerReader(type);
    case "UINT8":
    case "UINT16":
    case "UINT32":
    case "INT8":
    case "INT16":
    case "INT32":
      return integerReader(type);
  }
}

function floatReader(type: DataType): (value: Value) => Element | Rejection {
  const round = roundings[type] ?? Number;
  return (value) => {
    if (typeof value !== "number") return expected("a number", value);
    const rounded = round(value);
    return Number.isFinite(value) && !Number.isFinite(rounded)
      ? expected(`a number within the range of ${type}`, value)
      : rounded;
  };
}

function integerReader(type: DataType): (value: Value) => Element | Rejection {
  const [least, greatest] = (integerBounds[type] ?? [0n, 0n]).map(Number);
  const bounds = `an integer from ${least} to ${greatest}`;
  return (value) => {
    const number = typeof value === "bigint" ? Number(value) : value;
    if (!Number.isInteger(number)) return expected("an integer", value);
    const integer = Number(number);
    return integer >= Number(least) && integer <= Number(greatest)
      ? integer
      : expected(bounds, value);
  };
}

const decimal = /^-?\d{1,20}$/;

function wideIntegerReader(type: DataType): (value: Value) => Element | Rejection {
  const [least, greatest] = integerBounds[type] ?? [0n, 0n];
  const bounds = `an integer from ${least} to ${greatest}`;
  return (value) => {
    let integer: bigint;
    if (typeof value === "number" && Number.isInteger(value)) {
      if (!Number.isSafeInteger(value)) {
        return expected("an integer beyond 2^53 to be written as a string of digits", value);
      }
      integer = BigInt(value);
    } else if (typeof value === "bigint") integer = value;
    else if (typeof value === "string" && decimal.test(value)) integer = BigInt(value);
    else return expected("an integer", value);
    return integer >= least && integer <= greatest ? integer : expected(bounds, value);
  };
}

/** Makes the check of a domain; undefined when every element passes. */
function createDomainCheck(
  { domain, dataType }: Feature,
  read: (value: Value) => Element | Rejection,
): ((element: Element) => Rejection | undefined) | undefined {
  switch (domain.kind) {
    case "any":
      return undefined;
    case "range": {
      // A bound means the nearest number that the type can hold, as an element does.
      const round = roundings[dataType] ?? Number;
      const [min, max] = [round(domain.min), round(domain.max)];
      const what = showRange(domain.min, domain.max);
      return (element) =>
        Number(element) >= min && Number(element) <= max ? undefined : expected(what, element);
    }
    case "categories": {
      if (!domain.closed) return undefined;
      const allowed = new Set(domain.values.map(read));
      const what = `one of ${domain.values.map(showValue).join(", ")}`;
      return (element) => (allowed.has(element) ? undefined : expected(what, element));
    }
  }
}

function showRange(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return `a number of at least ${min}`;
  if (min === Number.NEGATIVE_INFINITY) return `a number of at most ${max}`;
  return `a number from ${min} to ${max}`;
}

/** Returns the element that stands for a missing value, or undefined where one is refused. */
function readFill(
  { missing }: Feature,
  read: (value: Value) => Element | Rejection,
): Element | undefined {
  if (missing.kind === "reject") return undefined;
  const element = read(missing.fill);
  return element instanceof Rejection ? undefined : element;
}

/** Compiles what one feature takes. */
export function createElementRule(feature: Feature): ElementRule {
  const { dataType } = feature;
  const readType = createReader(dataType);
  const checkDomain = createDomainCheck(feature, readType);
  const fill = readFill(feature, readType);
  const noun =
    nouns[dataType] ?? (integerBounds[dataType] === undefined ? "a number" : "an integer");
  const floating = isFloatingPoint(dataType);

  const check = (element: Element): Element | Rejection => {
    if (floating && !Number.isFinite(element)) {
      return fill ?? expected("a finite number", element);
    }
    return checkDomain?.(element) ?? element;
  };
  return {
    checksNothing: !floating && checkDomain === undefined,
    check,
    read(value) {
      if (value === undefined) return fill ?? new Rejection("missing");
      if (value === null) return fill ?? expected(noun, value);
      const element = readType(value);
      return element instanceof Rejection ? element : check(element);
    },
  };
}
