import type { JsonValue } from "@bufbuild/protobuf";
import { valueToJson } from "../codecs/value.ts";
import type { Prediction } from "../core/prediction.ts";
import type { IdentifiedQuestion } from "./predict-message.ts";

/**
 * Reads the JSON of a `PredictRequest` of rows whose fields have their usual names,
 * without the message: rows are values as they stand, and as messages of their own
 * they would cost ten times as much. Undefined for any other request, and for one with
 * a mistake.
 */
export function readJsonQuestion(request: JsonValue): IdentifiedQuestion | undefined {
  if (typeof request !== "object" || request === null || Array.isArray(request)) return undefined;
  for (const name of Object.keys(request)) if (!isUsual(name)) return undefined;
  const { model, version = "", requestId = "", rows, outputs = [] } = request;
  if (typeof model !== "string" || model === "") return undefined;
  if (typeof version !== "string" || typeof requestId !== "string") return undefined;
  if (!Array.isArray(rows) || rows.length === 0) return undefined;
  if (!isTexts(outputs)) return undefined;
  return { model, version, outputs, requestId, input: { kind: "rows", rows } };
}

function isUsual(name: string): boolean {
  switch (name) {
    case "model":
    case "version":
    case "rows":
    case "outputs":
    case "requestId":
      return true;
    default:
      return false;
  }
}

function isTexts(value: JsonValue): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

/** Writes the JSON of the `PredictResponse` that answers a question. */
export function writeJsonPrediction(
  prediction: Prediction,
  { requestId }: IdentifiedQuestion,
): string {
  const { predictionId, model, version, output, tags, route } = prediction;
  if (output.kind !== "rows") throw new Error("a question by rows was answered in another form");
  const answer = {
    predictionId,
    model,
    version: version.toString(),
    rows: output.rows.map(valueToJson),
    tags: valueToJson(tags),
    // JSON leaves out what is empty.
    requestId: requestId === "" ? undefined : requestId,
    route: { policy: route.policy, reason: route.reason },
  };
  return JSON.stringify(answer);
}
