import type { Feeds } from "../core/feeds.ts";
import type { Feature, Signature } from "../core/signature.ts";
import type { DataType, Tensor } from "../core/tensor.ts";
import { createElementBuffer, type Element } from "./element-buffer.ts";
import { createElementRule, Rejection } from "./element-rule.ts";

/** The size that samples give to a dimension that is open, other than that of rows. */
const openSize = 1;

/** Makes inputs of one row of zeros, and empty texts. */
export function zeroFeeds(signature: Signature): Feeds {
  return fillFeeds(signature, (dataType) => (dataType === "STRING" ? "" : 0));
}

/**
 * Makes inputs of one row that the signature allows, different for each number
 * `row`: categories in turn, numbers within their range.
 */
export function sampleFeeds(signature: Signature, row: number): Feeds {
  const rules = signature.features.map((feature) => ({
    feature,
    rule: createElementRule(feature),
  }));
  return fillFeeds(signature, (dataType, input, offset) => {
    const found = rules.findLast(
      ({ feature }) => feature.input === input && feature.offset <= offset,
    );
    if (found === undefined) return sampleElement(dataType, row + offset);
    const element = sampleFeature(found.feature, row + offset);
    const checked = found.rule.check(element);
    return checked instanceof Rejection ? element : checked;
  });
}

type FillElement = (dataType: DataType, input: number, offset: number) => Element;

function fillFeeds(signature: Signature, fill: FillElement): Feeds {
  const tensors = signature.inputs.map((input, index): Tensor => {
    const shape = input.shape.map((size) => (typeof size === "number" ? size : openSize));
    const count = shape.reduce((product, size) => product * size, 1);
    const buffer = createElementBuffer(input.dataType, count);
    for (let offset = 0; offset < count; offset += 1) {
      buffer.set(offset, fill(input.dataType, index, offset));
    }
    return { name: input.name, dataType: input.dataType, shape, data: buffer.data };
  });
  return { tensors, rowCount: 1 };
}

function sampleFeature({ domain, dataType }: Feature, seed: number): Element {
  if (domain.kind === "categories") {
    const value = domain.values[seed % domain.values.length];
    if (typeof value === "string" || typeof value === "number") return value;
    return Number(value ?? 0);
  }
  if (domain.kind === "any") return sampleElement(dataType, seed);
  const low = Number.isFinite(domain.min) ? domain.min : Math.min(0, domain.max);
  const high = Number.isFinite(domain.max) ? domain.max : low + 1;
  const value = low + fraction(seed) * (high - low);
  return isInteger(dataType) ? Math.round(value) : value;
}

function sampleElement(dataType: DataType, seed: number): Element {
  if (dataType === "STRING") return String.fromCharCode(97 + (seed % 26));
  return dataType === "BOOL" || isInteger(dataType) ? seed % 2 : fraction(seed);
}

function isInteger(dataType: DataType): boolean {
  return dataType.startsWith("INT") || dataType.startsWith("UINT");
}

/** Spreads whole numbers over 0 to 1 (the golden ratio's multiples, which never bunch up). */
function fraction(seed: number): number {
  return ((seed + 1) * 0.618033988749895) % 1;
}
