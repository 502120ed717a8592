import type { Feature as FeatureMessage, ModelManifest } from "@presage/gen/presage/v1/manifest_pb";
import {
  type Dimension,
  type Feature,
  rowShape,
  showDimensions,
  type TensorSpec,
} from "../core/signature.ts";
import { elementCount } from "../core/tensor.ts";
import { anything, describeFeature } from "./feature-facts.ts";

/** What features are derived from, and where problems are told. */
export interface FeatureSource {
  readonly inputs: readonly TensorSpec[];
  readonly rowAxis: boolean;
  readonly manifest: ModelManifest | undefined;
  readonly problems: string[];
}

/** The features, and the inputs with the widths that only the manifest knows. */
export interface LaidOutFeatures {
  readonly inputs: readonly TensorSpec[];
  readonly features: readonly Feature[];
}

/** Lays the manifest's features over the inputs; without a manifest, each input is one feature. */
export function deriveFeatures(source: FeatureSource): LaidOutFeatures {
  const { inputs, manifest } = source;
  if (manifest === undefined || manifest.features.length === 0) {
    const features = inputs.map((spec, input) => ({
      ...anything,
      name: spec.name,
      dataType: spec.dataType,
      shape: wholeShape(spec, source),
      input,
      offset: 0,
    }));
    return { inputs, features };
  }
  return layOut(manifest.features, source);
}

/** The dimensions of a feature that is a whole input; a single element is a plain value. */
function wholeShape(spec: TensorSpec, { rowAxis }: FeatureSource): readonly Dimension[] {
  const shape = rowShape(spec.shape, rowAxis);
  return shape.length === 1 && shape[0] === 1 ? [] : shape;
}

function layOut(messages: readonly FeatureMessage[], source: FeatureSource): LaidOutFeatures {
  const { inputs, problems } = source;
  const placed = messages.map((message) => ({ message, input: findInput(message, source) }));
  const names = new Set<string>();
  const widths = inputs.map(() => 0);
  const features: Feature[] = [];
  for (const [index, { message, input }] of placed.entries()) {
    const path = `features[${index}]`;
    if (message.name === "") problems.push(`${path}.name: required`);
    else if (names.has(message.name)) problems.push(`${path}.name: ${message.name} is given twice`);
    names.add(message.name);
    const spec = inputs[input];
    if (spec === undefined) {
      const known = inputs.map((each) => each.name).join(", ");
      problems.push(
        `${path}.input: the model has no input ${message.input || message.name}, but ${known}`,
      );
      continue;
    }
    const alone = placed.filter((other) => other.input === input).length === 1;
    const shape = readShape(message, { spec, alone, path, source });
    const offset = widths[input] ?? 0;
    widths[input] =
      offset + elementCount(shape.map((size) => (typeof size === "number" ? size : 1)));
    features.push({
      ...describeFeature(message, spec.dataType, { path, problems }),
      name: message.name,
      shape,
      input,
      offset,
    });
  }
  const fitted = inputs.map((spec, input) => {
    const carried = features.filter((feature) => feature.input === input);
    return fit({ spec, features: carried, width: widths[input] ?? 0 }, source);
  });
  return { inputs: fitted, features };
}

function findInput(message: FeatureMessage, { inputs }: FeatureSource): number {
  const name = message.input === "" ? message.name : message.input;
  const index = inputs.findIndex((input) => input.name === name);
  return index === -1 && message.input === "" && inputs.length === 1 ? 0 : index;
}

interface ShapePlace {
  readonly spec: TensorSpec;
  /** True for the only feature of its input. */
  readonly alone: boolean;
  readonly path: string;
  readonly source: FeatureSource;
}

const anySize = -1n;

/** Reads the dimensions of a feature in one row; an open one is called as the input calls it. */
function readShape({ shape }: FeatureMessage, place: ShapePlace): readonly Dimension[] {
  const { spec, alone, path, source } = place;
  if (shape.length === 0) return alone ? wholeShape(spec, source) : [];
  const row = rowShape(spec.shape, source.rowAxis);
  return shape.map((size, axis): Dimension => {
    if (size > 0n) return Number(size);
    const open = row[axis];
    const isOpen = alone && shape.length === row.length && typeof open === "string";
    if (size === anySize && isOpen) return open;
    source.problems.push(
      size === anySize
        ? `${path}.shape[${axis}]: the input ${spec.name} is ${showDimensions(spec.shape)}, which leaves it no open dimension there`
        : `${path}.shape[${axis}]: expected at least 1, or -1, got ${size}`,
    );
    return 1;
  });
}

interface InputLayout {
  readonly spec: TensorSpec;
  readonly features: readonly Feature[];
  /** The number of values that the features have in one row. */
  readonly width: number;
}

/** Checks that the features of an input fill its row; an open dimension is theirs to set. */
function fit({ spec, features, width }: InputLayout, source: FeatureSource): TensorSpec {
  const { rowAxis, problems } = source;
  const [only, second] = features;
  const row = rowShape(spec.shape, rowAxis);
  const shown = `the input ${spec.name}`;
  if (only === undefined) {
    problems.push(`features: none is carried by ${shown}`);
    return spec;
  }
  const lead = spec.shape.slice(0, spec.shape.length - row.length);
  if (row.every((dimension) => typeof dimension === "number")) {
    const size = elementCount(row);
    if (size === width) return spec;
    problems.push(
      `features: ${shown} takes ${size} values a row (${showDimensions(spec.shape)}), ` +
        `the manifest's features give ${width}`,
    );
  } else if (second === undefined && only.shape.length === row.length) {
    const clash = row.some((size, axis) => typeof size === "number" && size !== only.shape[axis]);
    if (!clash) return { ...spec, shape: [...lead, ...only.shape] };
    problems.push(
      `features: ${shown} is ${showDimensions(spec.shape)}, the feature ${only.name} has ` +
        `${showDimensions(only.shape)} in a row`,
    );
  } else if (row.length === 1) {
    return { ...spec, shape: [...lead, width] };
  } else {
    problems.push(
      `features: ${shown} is ${showDimensions(spec.shape)}, and takes one feature of the rank ${row.length}`,
    );
  }
  return spec;
}
