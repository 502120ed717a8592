import type { Feature } from "../core/signature.ts";
import { showDimensions } from "../core/signature.ts";
import { showValue } from "../core/value.ts";

const width = 92;

/** Breaks a text into lines that fit beside the mark of a comment; its own line breaks stay. */
export function wrapText(text: string): readonly string[] {
  return text.split(/\r\n|[\r\n\u2028\u2029]/).flatMap((paragraph) => {
    const lines: string[] = [];
    let line = "";
    for (const word of paragraph.split(/\s+/).filter((each) => each !== "")) {
      if (line !== "" && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line = line === "" ? word : `${line} ${word}`;
    }
    return [...lines, line];
  });
}

/** Puts sentences together; what does not end as a sentence is given a full stop. */
export function sentences(...parts: readonly string[]): string {
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => (/[.!?…:]$/.test(part) ? part : `${part}.`))
    .join(" ");
}

/** Says what a feature is, for people: its meaning, unit, values, and what becomes of a missing one. */
export function commentFeature(feature: Feature, isNamed: boolean): string {
  return sentences(
    isNamed ? "" : `The feature ${JSON.stringify(feature.name)}`,
    feature.description === "" && isNamed ? `The feature ${feature.name}` : feature.description,
    feature.unit === "" ? "" : `Unit: ${feature.unit}`,
    shapeWords(feature),
    domainWords(feature),
    missingWords(feature),
  );
}

function shapeWords({ shape }: Feature): string {
  const [length, second] = shape;
  if (length === undefined) return "";
  if (second !== undefined) return `Shape: ${showDimensions(shape)}`;
  return typeof length === "number" ? `${length} values` : "Any number of values";
}

const shownCategories = 20;

function domainWords(feature: Feature): string {
  const phrase = domainPhrase(feature);
  if (phrase === "") return "";
  const usual = feature.domain.kind === "categories" && !feature.domain.closed ? "usually " : "";
  const words = `${usual}${phrase}`;
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}

/** The values of a feature as part of a sentence, e.g. `from 1 to 10`; "" is every value. */
export function domainPhrase({ domain }: Feature): string {
  switch (domain.kind) {
    case "any":
      return "";
    case "range": {
      const { min, max } = domain;
      if (max === Number.POSITIVE_INFINITY)
        return min === Number.NEGATIVE_INFINITY ? "" : `at least ${min}`;
      return min === Number.NEGATIVE_INFINITY ? `at most ${max}` : `from ${min} to ${max}`;
    }
    case "categories": {
      const shown = domain.values.slice(0, shownCategories).map(showValue).join(", ");
      const rest = domain.values.length > shownCategories ? ", …" : "";
      return `one of ${shown}${rest}`;
    }
  }
}

function missingWords({ missing, shape }: Feature): string {
  if (missing.kind === "reject") return shape.length === 0 ? "Required" : "";
  const fill = Number.isNaN(missing.fill) ? "" : `: the model is given ${showValue(missing.fill)}`;
  return `May be missing${fill}`;
}
