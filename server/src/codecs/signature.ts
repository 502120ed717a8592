import { create } from "@bufbuild/protobuf";
import {
  type Feature as FeatureMessage,
  FeatureSchema,
  MissingPolicy,
} from "@presage/gen/presage/v1/manifest_pb";
import {
  type Signature as SignatureMessage,
  SignatureSchema,
  type TensorSpec as TensorSpecMessage,
  TensorSpecSchema,
} from "@presage/gen/presage/v1/model_pb";
import type { Dimension, Feature, Signature, TensorSpec } from "../core/signature.ts";
import { dataTypeToProto } from "./data-type.ts";
import { valueToProto } from "./value.ts";

const openDimension = -1n;

/** Writes a signature as callers are shown it. */
export function signatureToProto(signature: Signature): SignatureMessage {
  return create(SignatureSchema, {
    inputs: signature.inputs.map(writeSpec),
    outputs: signature.outputs.map(writeSpec),
    features: signature.features.map((feature) => writeFeature(feature, signature)),
    classes: (signature.classes?.labels ?? []).map(({ value, label, description }) => ({
      value: valueToProto(value),
      label,
      description,
    })),
    classOutput: signature.classes?.output ?? "",
    maxRows: Number.isFinite(signature.maxRows) ? signature.maxRows : 0,
  });
}

function writeSpec({ name, dataType, shape }: TensorSpec): TensorSpecMessage {
  return create(TensorSpecSchema, {
    name,
    dataType: dataTypeToProto(dataType),
    shape: writeShape(shape),
  });
}

function writeShape(shape: readonly Dimension[]): bigint[] {
  return shape.map((dimension) =>
    typeof dimension === "number" ? BigInt(dimension) : openDimension,
  );
}

function writeFeature(feature: Feature, { inputs }: Signature): FeatureMessage {
  const { missing } = feature;
  return create(FeatureSchema, {
    name: feature.name,
    input: inputs[feature.input]?.name ?? "",
    dataType: dataTypeToProto(feature.dataType),
    shape: writeShape(feature.shape),
    description: feature.description,
    unit: feature.unit,
    domain: writeDomain(feature),
    missing: missing.kind === "fill" ? MissingPolicy.FILL : MissingPolicy.REJECT,
    ...(missing.kind === "fill" ? { fill: valueToProto(missing.fill) } : {}),
  });
}

type DomainInit = NonNullable<
  NonNullable<Parameters<typeof create<typeof FeatureSchema>>[1]>["domain"]
>;

function writeDomain({ domain }: Feature): DomainInit {
  switch (domain.kind) {
    case "any":
      return { case: undefined };
    case "range": {
      const { min, max } = domain;
      const bounds = {
        ...(Number.isFinite(min) ? { min } : {}),
        ...(Number.isFinite(max) ? { max } : {}),
      };
      return { case: "range", value: bounds };
    }
    case "categories":
      return {
        case: "categories",
        value: { values: domain.values.map(valueToProto), closed: domain.closed },
      };
  }
}
