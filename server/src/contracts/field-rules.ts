import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type FieldRules,
  FieldRulesSchema,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { type Dimension, type Feature, showDimensions } from "../core/signature.ts";
import { celDomain } from "./cel.ts";
import { domainPhrase } from "./comments.ts";
import { type ElementDomain, findElementDomain } from "./element-domain.ts";
import { type ScalarName, scalarOf } from "./scalar-type.ts";

type RulesInit = MessageInitShape<typeof FieldRulesSchema>;

/** The rules of a field, which say just what the server checks. */
export type FoundRules =
  | { readonly kind: "ok"; readonly rules: FieldRules | undefined }
  | { readonly kind: "invalid"; readonly problem: string };

/** Finds the rules of a feature's field; `isEnum` says that an enum carries its categories. */
export function rulesOf(feature: Feature, isEnum: boolean): FoundRules {
  const domain = findElementDomain(feature);
  if (domain === undefined) {
    const problem = `the feature ${feature.name} takes no value: its range holds none of ${feature.dataType}`;
    return { kind: "invalid", problem };
  }
  const init = initOf(feature, domain, isEnum);
  return {
    kind: "ok",
    rules: Object.keys(init).length === 0 ? undefined : create(FieldRulesSchema, init),
  };
}

function initOf(feature: Feature, domain: ElementDomain, isEnum: boolean): RulesInit {
  const [length, second] = feature.shape;
  if (second !== undefined) return tensorRules(feature, domain);
  if (length !== undefined) return listRules(feature, length, domain);
  const isRequired = feature.missing.kind === "reject";
  const values = isEnum ? enumRules(isRequired) : elementRules(feature, domain);
  return { ...(isRequired ? { required: true } : {}), ...values };
}

/** No value at all, 0, is a missing one: only a feature that must be there refuses it. */
function enumRules(isRequired: boolean): RulesInit {
  const value = { definedOnly: true, ...(isRequired ? { notIn: [0] } : {}) };
  return { type: { case: "enum", value } };
}

function listRules(feature: Feature, length: Dimension, domain: ElementDomain): RulesInit {
  const size = typeof length === "number" ? BigInt(length) : undefined;
  const items = elementRules(feature, domain);
  const hasItems = Object.keys(items).length > 0;
  if (size === undefined && !hasItems) return {};
  return {
    type: {
      case: "repeated",
      value: {
        ...(size === undefined ? {} : { minItems: size, maxItems: size }),
        ...(hasItems ? { items } : {}),
      },
    },
  };
}

/** Rules of the domain as the type's own where there are such, else in CEL. */
function elementRules(feature: Feature, domain: ElementDomain): RulesInit {
  const type = scalarOf[feature.dataType];
  if (domain.kind === "all") return {};
  const isSingle = (each: unknown): boolean =>
    typeof each !== "object" || (isInterval(each) && each.least === each.greatest);
  if (domain.orMissing || (domain.kind === "listed" && !domain.values.every(isSingle))) {
    return { cel: [celRule(feature, "value", celDomain(domain, type, "this") ?? "true")] };
  }
  return typedRules(type, domain);
}

function isInterval(
  value: unknown,
): value is { readonly least: unknown; readonly greatest: unknown } {
  return typeof value === "object" && value !== null && "least" in value && "greatest" in value;
}

function typedRules(
  type: ScalarName,
  domain: Exclude<ElementDomain, { readonly kind: "all" }>,
): RulesInit {
  const listed =
    domain.kind === "listed"
      ? domain.values.map((each) => (typeof each === "object" ? each.least : each))
      : [];
  switch (type) {
    case "bool":
      return { type: { case: type, value: { const: listed[0] === true } } };
    case "string":
      return { type: { case: type, value: { in: listed.map(String) } } };
    case "int32":
    case "uint32":
      return {
        type: { case: type, value: { ...boundsOf(domain, Number), in: listed.map(Number) } },
      };
    case "int64":
    case "uint64":
      return {
        type: { case: type, value: { ...boundsOf(domain, BigInt), in: listed.map(BigInt) } },
      };
    case "float":
    case "double": {
      const isBounded =
        domain.kind === "listed" || (domain.least !== undefined && domain.greatest !== undefined);
      const value = { ...boundsOf(domain, Number), in: listed.map(Number) };
      return { type: { case: type, value: isBounded ? value : { ...value, finite: true } } };
    }
  }
}

interface BoundsInit<Bound> {
  readonly greaterThan?: { readonly case: "gte"; readonly value: Bound };
  readonly lessThan?: { readonly case: "lte"; readonly value: Bound };
}

function boundsOf<Bound>(
  domain: ElementDomain,
  write: (value: number | bigint) => Bound,
): BoundsInit<Bound> {
  if (domain.kind !== "numbers") return {};
  const { least, greatest } = domain;
  return {
    ...(least === undefined ? {} : { greaterThan: { case: "gte", value: write(least) } }),
    ...(greatest === undefined ? {} : { lessThan: { case: "lte", value: write(greatest) } }),
  };
}

/** A tensor's shape is the feature's, it has as many values as that says, and each is in the domain. */
function tensorRules(feature: Feature, domain: ElementDomain): RulesInit {
  const sizes = feature.shape.map((size, axis) =>
    typeof size === "number" ? `this.shape[${axis}] == ${size}` : `this.shape[${axis}] >= 0`,
  );
  // As floating-point numbers, whose product cannot overflow.
  const product = feature.shape.map((_, axis) => `double(this.shape[${axis}])`).join(" * ");
  const shape = [
    `this.shape.size() == ${feature.shape.length}`,
    ...sizes,
    `double(this.values.size()) == ${product}`,
  ].join(" && ");
  const element = celDomain(domain, scalarOf[feature.dataType], "v");
  return {
    required: true,
    cel: [
      celRule(feature, "shape", shape),
      ...(element === undefined
        ? []
        : [celRule(feature, "values", `this.values.all(v, ${element})`)]),
    ],
  };
}

function celRule(
  feature: Feature,
  id: "value" | "values" | "shape",
  expression: string,
): { id: string; message: string; expression: string } {
  const { shape, dataType, missing } = feature;
  const phrase = domainPhrase(feature);
  const values = phrase === "" ? `numbers of ${dataType}` : `values ${phrase}`;
  const orNone = missing.kind === "fill" ? ", or none" : "";
  const what =
    id === "shape"
      ? `a tensor of shape ${showDimensions(shape)}, and as many values`
      : `${values}${orNone}`;
  return { id, message: `expected ${what}`, expression };
}
