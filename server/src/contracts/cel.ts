import type { ElementDomain } from "./element-domain.ts";
import type { ScalarName } from "./scalar-type.ts";

/** Writes a value of a field as a literal of CEL. */
export function celLiteral(value: number | bigint | string | boolean, type: ScalarName): string {
  switch (type) {
    case "string":
      return celText(String(value));
    case "bool":
      return String(value);
    case "uint32":
    case "uint64":
      return `${value}u`;
    case "int32":
    case "int64":
      // The least integer has no positive counterpart to negate.
      return value === -0x8000_0000_0000_0000n ? "(-9223372036854775807 - 1)" : String(value);
    case "float":
    case "double": {
      const text = String(value);
      return /[.e]/.test(text) ? text : `${text}.0`;
    }
  }
}

function celText(text: string): string {
  const escaped = Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === '"' || character === "\\") return `\\${character}`;
    return code < 0x20 || code === 0x7f ? `\\u${code.toString(16).padStart(4, "0")}` : character;
  });
  return `"${escaped.join("")}"`;
}

/** Writes as CEL that a value, e.g. `this`, is in a domain; undefined where everything is. */
export function celDomain(
  domain: ElementDomain,
  type: ScalarName,
  value: string,
): string | undefined {
  if (domain.kind === "all") return undefined;
  const missing = domain.orMissing ? [`${value}.isNan()`, `${value}.isInf()`] : [];
  const isFloat = type === "float" || type === "double";
  if (domain.kind === "numbers") {
    const { least, greatest } = domain;
    const bounds = [
      ...(isFloat && !domain.orMissing ? [`!${value}.isNan()`, `!${value}.isInf()`] : []),
      ...(least === undefined ? [] : [`${value} >= ${celLiteral(least, type)}`]),
      ...(greatest === undefined ? [] : [`${value} <= ${celLiteral(greatest, type)}`]),
    ].join(" && ");
    return missing.length > 0 ? [...missing, `(${bounds})`].join(" || ") : bounds;
  }
  const listed = domain.values.map((each) => {
    if (typeof each !== "object") return `${value} == ${celLiteral(each, type)}`;
    const [least, greatest] = [celLiteral(each.least, type), celLiteral(each.greatest, type)];
    return least === greatest
      ? `${value} == ${least}`
      : `(${value} >= ${least} && ${value} <= ${greatest})`;
  });
  return [...missing, ...listed].join(" || ");
}
