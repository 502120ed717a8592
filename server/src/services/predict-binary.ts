import { type DescField, toBinary } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import { ValueSchema } from "@bufbuild/protobuf/wkt";
import {
  PredictRequestSchema,
  PredictResponseSchema,
  RouteSchema,
} from "@presage/gen/presage/v1/inference_pb";
import { TensorSchema } from "@presage/gen/presage/v1/tensor_pb";
import { dataTypeFromProto, dataTypeToProto } from "../codecs/data-type.ts";
import { rawElements } from "../codecs/tensor.ts";
import { valueToProto } from "../codecs/value.ts";
import { MessageInput, refuseField, UsualText } from "../core/message-input.ts";
import type { MessageOutput } from "../core/message-output.ts";
import type { GivenTensor, Prediction, Route } from "../core/prediction.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Value } from "../core/value.ts";
import type { IdentifiedQuestion } from "./predict-message.ts";

const tagOf = ({ number }: DescField, wire: WireType = WireType.LengthDelimited): number =>
  ((number << 3) | wire) >>> 0;

const asked = PredictRequestSchema.field;
const inRequest = {
  model: tagOf(asked.model),
  version: tagOf(asked.version),
  tensors: tagOf(asked.tensors),
  requestId: tagOf(asked.requestId),
};
const tensor = TensorSchema.field;
const inTensor = {
  name: tagOf(tensor.name),
  dataType: tagOf(tensor.dataType, WireType.Varint),
  shape: tagOf(tensor.shape),
  raw: tagOf(tensor.raw),
};

const models = new UsualText();
const versions = new UsualText();
const requestIds = new UsualText();
const names = new UsualText();

/**
 * Reads a `PredictRequest` of raw tensors and short ASCII texts, without the message.
 * Undefined for any other request, and for one with a mistake.
 */
export function readBinaryQuestion(message: Uint8Array): IdentifiedQuestion | undefined {
  const input = new MessageInput(message, 0, message.byteLength);
  let tensors: GivenTensor[] | undefined;
  let model = "";
  let version = "";
  let requestId = "";
  try {
    while (input.at < input.end) {
      switch (input.uint()) {
        case inRequest.tensors:
          if (tensors === undefined) tensors = [readTensor(input.message())];
          else tensors.push(readTensor(input.message()));
          break;
        case inRequest.model:
          model = input.text(models);
          break;
        case inRequest.version:
          version = input.text(versions);
          break;
        case inRequest.requestId:
          requestId = input.text(requestIds);
          break;
        default:
          return undefined;
      }
    }
  } catch {
    return undefined;
  }
  if (model === "" || tensors === undefined) return undefined;
  return { model, version, outputs: noOutputs, requestId, input: { kind: "tensors", tensors } };
}

const noOutputs: readonly string[] = [];

function readTensor(input: MessageInput): GivenTensor {
  let shape: readonly number[] = [];
  let name = "";
  let dataType = 0;
  let bytes: Uint8Array | undefined;
  while (input.at < input.end) {
    switch (input.uint()) {
      case inTensor.name:
        name = input.text(names);
        break;
      case inTensor.dataType:
        dataType = input.uint();
        break;
      case inTensor.shape:
        if (shape.length > 0) refuseField();
        shape = readShape(input.message());
        break;
      case inTensor.raw:
        bytes = input.part();
        break;
      default:
        refuseField();
    }
  }
  const content = bytes === undefined ? refuseField() : { kind: "raw" as const, bytes };
  return { name, dataType: dataTypeFromProto(dataType), shape, content };
}

function readShape(input: MessageInput): readonly number[] {
  if (input.at === input.end) return [];
  // Two at least, as a rule: lists that grow come to have room for seventeen.
  const first = input.uint();
  if (input.at === input.end) return [first];
  const shape = [first, input.uint()];
  while (input.at < input.end) shape.push(input.uint());
  return shape;
}

const answered = PredictResponseSchema.field;
const inResponse = {
  predictionId: tagOf(answered.predictionId),
  model: tagOf(answered.model),
  version: tagOf(answered.version),
  tensors: tagOf(answered.tensors),
  tags: tagOf(answered.tags),
  requestId: tagOf(answered.requestId),
  route: tagOf(answered.route),
};
/** A map is a list of entries, each a message with a key and a value. */
const inEntry = {
  key: (1 << 3) | WireType.LengthDelimited,
  value: (2 << 3) | WireType.LengthDelimited,
};
const inValue = { text: tagOf(ValueSchema.field.stringValue) };
const inRoute = {
  policy: tagOf(RouteSchema.field.policy),
  reason: tagOf(RouteSchema.field.reason),
};

/** Writes the `PredictResponse` that answers a question by raw tensors. */
export function writeBinaryPrediction(
  prediction: Prediction,
  { requestId }: IdentifiedQuestion,
  output: MessageOutput,
): void {
  const { predictionId, model, version, output: found, tags, route } = prediction;
  if (found.kind !== "tensors")
    throw new Error("a question by tensors was answered in another form");
  writeText(output, inResponse.predictionId, predictionId);
  writeText(output, inResponse.model, model);
  writeText(output, inResponse.version, version.toString());
  for (const each of found.tensors) writeTensor(output, each);
  for (const name of Object.keys(tags)) writeTag(output, name, tags[name] ?? null);
  writeText(output, inResponse.requestId, requestId);
  writeRoute(output, route);
}

/** Writes a text; an empty one is left out. */
function writeText(output: MessageOutput, tag: number, text: string): void {
  if (text === "") return;
  output.uint32(tag);
  output.string(text);
}

function writeTensor(output: MessageOutput, { name, dataType, shape, data }: Tensor): void {
  output.uint32(inResponse.tensors);
  const opened = output.open();
  writeText(output, inTensor.name, name);
  output.uint32(inTensor.dataType);
  output.uint32(dataTypeToProto(dataType));
  if (shape.length > 0) {
    output.uint32(inTensor.shape);
    const list = output.open();
    for (const dimension of shape) writeDimension(output, dimension);
    output.close(list);
  }
  output.uint32(inTensor.raw);
  output.bytes(rawElements(data));
  output.close(opened);
}

function writeDimension(output: MessageOutput, dimension: number): void {
  if (dimension <= 0xffff_ffff) output.uint32(dimension);
  else output.int64(BigInt(dimension));
}

function writeTag(output: MessageOutput, name: string, value: Value): void {
  output.uint32(inResponse.tags);
  const entry = output.open();
  output.uint32(inEntry.key);
  output.string(name);
  output.uint32(inEntry.value);
  if (typeof value === "string") {
    const opened = output.open();
    output.uint32(inValue.text);
    output.string(value);
    output.close(opened);
  } else output.bytes(toBinary(ValueSchema, valueToProto(value)));
  output.close(entry);
}

function writeRoute(output: MessageOutput, { policy, reason }: Route): void {
  output.uint32(inResponse.route);
  const opened = output.open();
  writeText(output, inRoute.policy, policy);
  writeText(output, inRoute.reason, reason);
  output.close(opened);
}
