import { type Feature as FeatureMessage, MissingPolicy } from "@presage/gen/presage/v1/manifest_pb";
import { dataTypeFromProto } from "../codecs/data-type.ts";
import { valueFromProto } from "../codecs/value.ts";
import type { Domain, Feature, Missing } from "../core/signature.ts";
import { type DataType, isFloatingPoint } from "../core/tensor.ts";
import type { Value } from "../core/value.ts";
import { createElementRule, Rejection } from "./element-rule.ts";

/** What is known of a feature that no manifest tells of. */
export const anything: Pick<Feature, "description" | "unit" | "domain" | "missing"> = {
  description: "",
  unit: "",
  domain: { kind: "any" },
  missing: { kind: "reject" },
};

interface Place {
  readonly path: string;
  readonly problems: string[];
}

/** Reads what a manifest says of a feature beyond its place; problems are told with its path. */
export function describeFeature(
  message: FeatureMessage,
  dataType: DataType,
  { path, problems }: Place,
): Pick<Feature, "dataType" | "description" | "unit" | "domain" | "missing"> {
  const stated = dataTypeFromProto(message.dataType);
  if (stated !== undefined && stated !== dataType) {
    problems.push(`${path}.dataType: the model's input is ${dataType}, not ${stated}`);
  }
  const base = { dataType, description: message.description, unit: message.unit };
  const domain = readDomain(message, dataType, { path, problems });
  return { ...base, domain, missing: readMissing(message, dataType, { path, problems }) };
}

function readDomain(message: FeatureMessage, dataType: DataType, place: Place): Domain {
  const { path, problems } = place;
  switch (message.domain.case) {
    case undefined:
      return { kind: "any" };
    case "range": {
      const min = message.domain.value.min ?? Number.NEGATIVE_INFINITY;
      const max = message.domain.value.max ?? Number.POSITIVE_INFINITY;
      if (dataType === "STRING" || dataType === "BOOL") {
        problems.push(`${path}.range: the input is ${dataType}, which has no order`);
      }
      if (!(min <= max)) problems.push(`${path}.range: min ${min} is greater than max ${max}`);
      return { kind: "range", min, max };
    }
    case "categories": {
      const values = message.domain.value.values.map(valueFromProto);
      if (values.length === 0) problems.push(`${path}.categories.values: required`);
      for (const [index, value] of values.entries()) {
        const fault = refusal(value, dataType);
        if (fault !== undefined) problems.push(`${path}.categories.values[${index}]: ${fault}`);
      }
      return { kind: "categories", values, closed: message.domain.value.closed };
    }
  }
}

function readMissing(message: FeatureMessage, dataType: DataType, place: Place): Missing {
  const { path, problems } = place;
  if (message.missing !== MissingPolicy.FILL) {
    if (message.fill !== undefined) problems.push(`${path}.fill: only used with missing: fill`);
    return { kind: "reject" };
  }
  const fill = message.fill === undefined ? undefined : valueFromProto(message.fill);
  if (isFloatingPoint(dataType) && (fill === undefined || Number.isNaN(fill))) {
    return { kind: "fill", fill: Number.NaN };
  }
  if (fill === undefined) {
    if (dataType === "STRING") return { kind: "fill", fill: "" };
    problems.push(`${path}.fill: required with missing: fill for ${dataType}`);
    return { kind: "reject" };
  }
  const fault = refusal(fill, dataType);
  if (fault !== undefined) problems.push(`${path}.fill: ${fault}`);
  if (fault !== undefined || fill === null || typeof fill === "object") return { kind: "reject" };
  return { kind: "fill", fill };
}

/** Why a value cannot be an element of a type; undefined if it can. */
function refusal(value: Value, dataType: DataType): string | undefined {
  const plain = { ...anything, name: "", dataType, shape: [], input: 0, offset: 0 };
  const element = createElementRule(plain).read(value);
  return element instanceof Rejection ? element.description : undefined;
}
