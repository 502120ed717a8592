import type { DescMessage } from "@bufbuild/protobuf";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { ModelService } from "@presage/gen/presage/v1/model_pb";
import type { Contract, FeatureField } from "../contracts/contract.ts";
import { isValueList, isValueObject, type Value } from "../core/value.ts";
import type { JsonObject } from "./json.ts";

/** A model, as far as a document of the server tells of it. */
export interface DocumentedModel {
  readonly name: string;
  /** The name shown to people. */
  readonly displayName: string;
  /** A row that the model takes, of its golden examples. */
  readonly example: Value | undefined;
  /** The contracts of its versions that are served. */
  readonly contracts: readonly DocumentedContract[];
}

/** A contract, with what examples of its requests are made of. */
export interface DocumentedContract {
  readonly contract: Contract;
  /** The names of the features, in the signature's order. */
  readonly features: readonly string[];
}

/** Gives examples of a request, one for each model that has one. */
export function exampleRequests(
  message: DescMessage,
  models: readonly DocumentedModel[],
): JsonObject {
  const write = genericRequests.get(message);
  if (write === undefined) return {};
  const examples = models.flatMap((model) => {
    const value = write(model);
    return value === undefined ? [] : [[model.name, { summary: model.displayName, value }]];
  });
  return examples.length === 0 ? {} : { examples: Object.fromEntries(examples) };
}

type WriteRequest = (model: DocumentedModel) => JsonObject | undefined;

const writePredict: WriteRequest = ({ name, example }) =>
  example === undefined ? undefined : { model: name, rows: [toJson(example)] };

const writeModel: WriteRequest = ({ name }) => ({ model: name });

const genericRequests: ReadonlyMap<DescMessage, WriteRequest> = new Map<DescMessage, WriteRequest>([
  [InferenceService.method.predict.input, writePredict],
  [
    InferenceService.method.feedback.input,
    (model) => {
      const request = writePredict(model);
      // Any model takes a reward; a truth is another thing for each.
      return request === undefined ? undefined : { request, reward: [1] };
    },
  ],
  [InferenceService.method.metrics.input, writeModel],
  [ModelService.method.getModel.input, writeModel],
]);

/** Gives the example of a request of a model's own service. */
export function exampleOfContract(
  message: DescMessage,
  documented: DocumentedContract,
  { displayName, example }: DocumentedModel,
): JsonObject {
  const row = example === undefined ? undefined : writeRow(example, documented);
  if (row === undefined) return {};
  const value = message === documented.contract.batch ? { rows: [row] } : row;
  return { examples: { golden: { summary: displayName, value } } };
}

/** Writes a row as a message; undefined where it is none of the contract's. */
function writeRow(row: Value, { contract, features }: DocumentedContract): JsonObject | undefined {
  const values = valuesOf(row, features);
  if (values.length !== contract.features.length) return undefined;
  const fields = contract.features.flatMap((carried, index) => {
    const value = writeValue(values[index] ?? null, carried);
    return value === undefined ? [] : [[carried.field.jsonName, value] as const];
  });
  return Object.fromEntries(fields);
}

function valuesOf(row: Value, features: readonly string[]): readonly Value[] {
  if (isValueList(row)) return row;
  return isValueObject(row) ? features.map((name) => row[name] ?? null) : [row];
}

/** Writes a value in the form that its field has; undefined for a missing one. */
function writeValue(value: Value, { field, form }: FeatureField): unknown {
  if (value === null) return undefined;
  switch (form.kind) {
    case "scalar":
    case "list":
      return toJson(value);
    case "enum": {
      const [number] = [...form.values].find(([, each]) => each === value) ?? [];
      return field.enum?.values.find((each) => each.number === number)?.name;
    }
    case "tensor":
      return { shape: shapeOf(value), values: toJson(flatten(value)) };
  }
}

function shapeOf(value: Value): readonly number[] {
  return isValueList(value) ? [value.length, ...shapeOf(value[0] ?? null)] : [];
}

function flatten(value: Value): readonly Value[] {
  return isValueList(value) ? value.flatMap(flatten) : [value];
}

/** Writes a value as protobuf's JSON mapping does: what a number cannot hold is text. */
function toJson(value: Value): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (isValueList(value)) return value.map(toJson);
  if (!isValueObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, toJson(each)]));
}
