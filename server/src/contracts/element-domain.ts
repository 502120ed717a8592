import type { Feature } from "../core/signature.ts";
import { type DataType, isFloatingPoint } from "../core/tensor.ts";
import { showValue, type Value } from "../core/value.ts";
import type { Element } from "../signature/element-buffer.ts";
import { createElementRule, Rejection } from "../signature/element-rule.ts";
import { type Interval, intervalAround, orderedValues } from "./ordered-values.ts";
import { scalarOf } from "./scalar-type.ts";

/**
 * What an element of a feature may be, in terms of the field that carries it.
 * It is found by asking the very rule that rows are checked by.
 */
export type ElementDomain =
  /** Everything that the field can hold. */
  | { readonly kind: "all" }
  /** Numbers between two bounds, of which undefined is the field's own. */
  | {
      readonly kind: "numbers";
      readonly least: number | bigint | undefined;
      readonly greatest: number | bigint | undefined;
      /** True if NaN and infinities are taken as well, for missing values. */
      readonly orMissing: boolean;
    }
  /** Values of a list; each is an interval, as several numbers of a field may round to one element. */
  | {
      readonly kind: "listed";
      readonly values: readonly ListedValue[];
      readonly orMissing: boolean;
    };

type ListedValue = Interval | string | boolean;

/** Finds what an element of a feature may be; undefined if no value is taken at all. */
export function findElementDomain(feature: Feature): ElementDomain | undefined {
  const { dataType, domain } = feature;
  const rule = createElementRule(feature);
  const accepts = (value: Value): boolean => !(rule.read(value) instanceof Rejection);
  const orMissing = isFloatingPoint(dataType) && accepts(Number.NaN);
  const ordered = orderedValues[scalarOf[dataType]];
  if (domain.kind === "categories" && domain.closed) {
    const values = distinctCategories(feature).map(({ value, text }): ListedValue => {
      if (ordered === undefined) return typeof value === "boolean" ? value : text;
      const inside = typeof value === "number" || typeof value === "bigint" ? value : BigInt(text);
      // Only what rounds to the same element: neighbouring categories may be accepted, too.
      const element = elementOf(feature, value);
      return (
        intervalAround(ordered, inside, (each) => elementOf(feature, each) === element) ?? {
          least: inside,
          greatest: inside,
        }
      );
    });
    return dataType === "BOOL" && values.length > 1
      ? { kind: "all" }
      : { kind: "listed", values, orMissing };
  }
  if (ordered === undefined) return { kind: "all" };
  const { first, last } = ordered;
  const { min, max } = domain.kind === "range" ? domain : { min: 0, max: 0 };
  const candidates = [min, max, min / 2 + max / 2, 0].filter((each) => !Number.isNaN(each));
  for (const inside of candidates) {
    const found = intervalAround(ordered, inside, accepts);
    if (found === undefined) continue;
    if (found.least === found.greatest) return { kind: "listed", values: [found], orMissing };
    const least = ordered.placeOf(found.least) === first ? undefined : found.least;
    const greatest = ordered.placeOf(found.greatest) === last ? undefined : found.greatest;
    const isAll = least === undefined && greatest === undefined;
    return isAll && (orMissing || !isFloatingPoint(dataType))
      ? { kind: "all" }
      : { kind: "numbers", least, greatest, orMissing };
  }
  return undefined;
}

/** A category and the element that stands for it. */
export interface Category {
  readonly value: Value;
  /** The value as text. */
  readonly text: string;
  readonly element: Element;
}

/** The categories of a feature, without those that stand for the same element as one before. */
export function distinctCategories(feature: Feature): readonly Category[] {
  if (feature.domain.kind !== "categories") return [];
  const found = new Map<Element, Category>();
  for (const value of feature.domain.values) {
    const element = elementOf(feature, value);
    if (element === undefined || found.has(element)) continue;
    const text = typeof value === "string" ? value : showValue(value);
    found.set(element, { value, text, element });
  }
  return [...found.values()];
}

/** The element of a value, whatever the feature's domain; undefined if it is none. */
function elementOf({ dataType, ...feature }: Feature, value: Value): Element | undefined {
  const rule = ruleOf(dataType, feature);
  const element = rule.read(value);
  return element instanceof Rejection ? undefined : element;
}

function ruleOf(
  dataType: DataType,
  feature: Omit<Feature, "dataType">,
): ReturnType<typeof createElementRule> {
  return createElementRule({
    ...feature,
    dataType,
    domain: { kind: "any" },
    missing: { kind: "reject" },
  });
}
