import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { type Feature, MissingPolicy, Task } from "@presage/gen/presage/v1/manifest_pb";
import {
  type Model,
  type ModelVersion,
  type Signature,
  type TensorSpec,
  VersionState,
} from "@presage/gen/presage/v1/model_pb";
import { type DataType, fromProtoDataType } from "./data-types.ts";
import { type AnswerValue, decodeValue } from "./rows.ts";

/** A kind of question that models answer. */
export type ModelTask = "binary" | "multiclass" | "regression" | "other";

/** A model, with its versions. */
export interface ModelInfo {
  /** The name that calls use. */
  readonly name: string;
  /** The name shown to people. */
  readonly displayName: string;
  /** What the model answers, for people; may be empty. */
  readonly description: string;
  /** The kind of question that the model answers. */
  readonly task: ModelTask;
  /** Names for version numbers, e.g. `{ stable: "1" }`. */
  readonly aliases: Readonly<Record<string, string>>;
  /** The versions found, ascending by number. */
  readonly versions: readonly VersionInfo[];
  /** Why no version can serve; empty if nothing is wrong with the model as a whole. */
  readonly problem: string;
}

/** One version of a model. */
export interface VersionInfo {
  /** The version's number. */
  readonly version: string;
  /** Where the version is in its life; only a READY one answers. */
  readonly state: "UNSPECIFIED" | "LOADING" | "READY" | "UNLOADING" | "UNAVAILABLE";
  /** Why the version is in this state; empty when READY. */
  readonly reason: string;
  /** When the version came into this state. */
  readonly stateTime: Date | undefined;
  /** The inputs and outputs; undefined until the version's file was read. */
  readonly signature: SignatureInfo | undefined;
}

/** The named, typed inputs and outputs of a version. */
export interface SignatureInfo {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** The features of a row, in signature order. */
  readonly features: readonly FeatureInfo[];
  /** The classes that the model answers with; may be empty. */
  readonly classes: readonly ClassInfo[];
  /** The output whose elements are class values; empty without classes. */
  readonly classOutput: string;
  /** The most rows of one request; 0 is no limit but the message size. */
  readonly maxRows: number;
}

/** The name, type and shape of one input or output. */
export interface TensorInfo {
  readonly name: string;
  /** The type of the elements; undefined if this client does not know it. */
  readonly dataType: DataType | undefined;
  /** The dimensions, outermost first; -1 is a dimension of any size. */
  readonly shape: readonly number[];
}

/** One named value of a row. */
export interface FeatureInfo extends TensorInfo {
  /** The model input that carries it. */
  readonly input: string;
  /** What it means, for people; may be empty. */
  readonly description: string;
  /** Its unit; may be empty. */
  readonly unit: string;
  /** The bounds of its values, both allowed; undefined: it has none. */
  readonly range:
    | { readonly min: number | undefined; readonly max: number | undefined }
    | undefined;
  /** The values that it may take, or, if not closed, usually takes; undefined: none are listed. */
  readonly categories:
    | { readonly values: readonly AnswerValue[]; readonly closed: boolean }
    | undefined;
  /** What becomes of a row that lacks it. */
  readonly missing: "reject" | "fill";
  /** What the model is given for a missing value; undefined: nothing is said. */
  readonly fill: AnswerValue | undefined;
}

/** One class that a model answers with. */
export interface ClassInfo {
  /** The value that the model answers. */
  readonly value: AnswerValue;
  /** The name for it, e.g. `benign`. */
  readonly label: string;
  /** What it means, for people; may be empty. */
  readonly description: string;
}

const tasks = {
  [Task.UNSPECIFIED]: "other",
  [Task.BINARY]: "binary",
  [Task.MULTICLASS]: "multiclass",
  [Task.REGRESSION]: "regression",
  [Task.OTHER]: "other",
} as const satisfies Record<Task, ModelTask>;

const states = {
  [VersionState.UNSPECIFIED]: "UNSPECIFIED",
  [VersionState.LOADING]: "LOADING",
  [VersionState.READY]: "READY",
  [VersionState.UNLOADING]: "UNLOADING",
  [VersionState.UNAVAILABLE]: "UNAVAILABLE",
} as const satisfies Record<VersionState, VersionInfo["state"]>;

/** Reads a task; one that this client does not know is `other`. */
export function decodeTask(task: Task): ModelTask {
  return tasks[task] ?? "other";
}

/** Reads a model as a plain object. */
export function decodeModel(model: Model): ModelInfo {
  const { name, displayName, description, problem } = model;
  const aliases = Object.entries(model.aliases).map(([alias, version]) => [alias, String(version)]);
  return {
    name,
    displayName,
    description,
    task: decodeTask(model.task),
    aliases: Object.fromEntries(aliases),
    versions: model.versions.map(decodeVersion),
    problem,
  };
}

function decodeVersion(version: ModelVersion): VersionInfo {
  return {
    version: String(version.version),
    state: states[version.state] ?? "UNSPECIFIED",
    reason: version.reason,
    stateTime: dateOf(version.stateTime),
    signature: version.signature && decodeSignature(version.signature),
  };
}

function dateOf(time: Timestamp | undefined): Date | undefined {
  return time && timestampDate(time);
}

function decodeSignature(signature: Signature): SignatureInfo {
  const { classOutput, maxRows } = signature;
  return {
    inputs: signature.inputs.map(decodeSpec),
    outputs: signature.outputs.map(decodeSpec),
    features: signature.features.map(decodeFeature),
    classes: signature.classes.map(({ value, label, description }) => ({
      value: value === undefined ? null : decodeValue(value),
      label,
      description,
    })),
    classOutput,
    maxRows,
  };
}

function decodeSpec({ name, dataType, shape }: TensorSpec | Feature): TensorInfo {
  return { name, dataType: fromProtoDataType(dataType), shape: shape.map(Number) };
}

function decodeFeature(feature: Feature): FeatureInfo {
  const { input, description, unit, domain, fill } = feature;
  return {
    ...decodeSpec(feature),
    input,
    description,
    unit,
    range: domain.case === "range" ? { min: domain.value.min, max: domain.value.max } : undefined,
    categories:
      domain.case === "categories"
        ? { values: domain.value.values.map(decodeValue), closed: domain.value.closed }
        : undefined,
    missing: feature.missing === MissingPolicy.FILL ? "fill" : "reject",
    fill: fill && decodeValue(fill),
  };
}
