/* The layer between a generated service and its callers; `presage sdk` copies it beside what it generates. */
import { fromJson, type JsonValue, type Message } from "@bufbuild/protobuf";
import { ValueSchema } from "@bufbuild/protobuf/wkt";
import { type CallOptions, createClient, type Transport } from "@connectrpc/connect";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { type FeedbackReceipt, PresageError } from "@presage/sdk";

/** A model's own types. */
export interface ModelTypes {
  /** One row, whose required fields must be given. */
  readonly row: Message;
  /** The answer to one row. */
  readonly answer: Message;
  /** The answer to several rows. */
  readonly batch: Message;
  /** What can be true of a row. */
  readonly truth: number | string;
}

/** A client of one model. Every method rejects with a PresageError. */
export interface TypedModel<Types extends ModelTypes> {
  /** Predicts one row. */
  predict(
    row: Given<Types["row"]>,
    options?: TypedCallOptions,
  ): Promise<Told<Types["answer"], Types["truth"]>>;
  /** Predicts several rows; the answers are in their order. */
  predictBatch(
    rows: readonly Given<Types["row"]>[],
    options?: TypedCallOptions,
  ): Promise<Told<Types["batch"], Types["truth"]>>;
}

/** A message as callers give it: plain data, with plain numbers for integers of 64 bits as well. */
export type Given<Part> = Part extends number | string | boolean | undefined
  ? Part
  : Part extends bigint
    ? bigint | number
    : Part extends readonly (infer Element)[]
      ? readonly Given<Element>[]
      : { readonly [Field in keyof Part as Exclude<Field, `$${string}`>]: Given<Part[Field]> };

/** What can be set for one call. */
export interface TypedCallOptions extends CallOptions {
  /**
   * The version: a number, or an alias such as `stable`.
   * @default the version that the model's routing picks
   */
  readonly version?: string | number | bigint | undefined;
}

/**
 * What the server told beside an answer. These members are not enumerable:
 * JSON, clones and copies of the answer do not have them.
 */
export interface Facts<Truth> {
  /** The name of the prediction, for feedback that comes later; empty if the server gave none. */
  readonly predictionId: string;
  /** The number of the version that answered. */
  readonly modelVersion: string;
  /** Reports what was true of the rows, or what their answers were worth; resolves once it is kept. */
  readonly feedback: (report: Report<Truth>, options?: CallOptions) => Promise<FeedbackReceipt>;
}

/** An answer, and what the server told beside it. */
export type Told<Answer, Truth> = Answer & Facts<Truth>;

/** What is known of a prediction afterwards. A value that is in no list is a list of one. */
export interface Report<Truth> {
  /** What was true: one value for each row; null is not known. @default nothing is known */
  readonly truth?: Truth | null | readonly (Truth | null)[] | undefined;
  /** How much each row's answer was worth, in a unit of your own. @default nothing is known */
  readonly reward?: number | readonly number[] | undefined;
  /** The rows that `truth` and `reward` are of, counted from 0. @default every row */
  readonly rows?: readonly number[] | undefined;
}

/** What a typed model is made of. */
export interface TypedModelParts<Types extends ModelTypes> {
  readonly transport: Transport;
  readonly predict: (row: Types["row"], options: CallOptions) => Promise<Types["answer"]>;
  readonly predictBatch: (rows: Types["row"][], options: CallOptions) => Promise<Types["batch"]>;
  /** The label of each class; undefined where truth goes as it is. */
  readonly labels: ReadonlyMap<Types["truth"], string> | undefined;
}

/** Makes a typed model of the calls of its service. */
export function createTypedModel<Types extends ModelTypes>(
  parts: TypedModelParts<Types>,
): TypedModel<Types> {
  const { feedback } = createClient(InferenceService, parts.transport);

  const report = async (
    predictionId: string,
    { truth, reward, rows = [] }: Report<Types["truth"]>,
    options?: CallOptions,
  ): Promise<FeedbackReceipt> => {
    if (predictionId === "")
      throw new PresageError(
        "failed_precondition",
        "the answer came without a prediction id: the server keeps no feedback, or the batch has too many rows",
      );
    const values = listOf(truth).map((each, row) =>
      fromJson(ValueSchema, labelOf(parts.labels, each, row)),
    );
    const request = { predictionId, truth: values, reward: [...listOf(reward)], rows: [...rows] };
    const { model, version, recorded, corrected, unchanged } = await feedback(request, options);
    return { predictionId, model, version, recorded, corrected, unchanged };
  };

  const tell = async <Answer extends Message>(
    call: (options: CallOptions) => Promise<Answer>,
    { version, ...options }: TypedCallOptions = {},
  ): Promise<Told<Answer, Types["truth"]>> => {
    const headers = new Headers(options.headers);
    if (version !== undefined) headers.set("presage-version", String(version));
    let told = new Headers();
    const onHeader = (received: Headers): void => {
      told = received;
      options.onHeader?.(received);
    };
    const answer = await orPresageError(() => call({ ...options, headers, onHeader }));
    const predictionId = told.get("presage-prediction-id") ?? "";
    const facts: Facts<Types["truth"]> = {
      predictionId,
      modelVersion: told.get("presage-model-version") ?? "",
      feedback: (given, limits) => orPresageError(() => report(predictionId, given, limits)),
    };
    const hidden = Object.entries(facts).map(([name, value]) => [name, { value }] as const);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the properties are just being defined
    return Object.defineProperties(answer, Object.fromEntries(hidden)) as Told<
      Answer,
      Types["truth"]
    >;
  };

  // The encoder takes plain numbers for integers of 64 bits, which its types do not say.
  return {
    predict: (row, options) =>
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
      tell((call) => parts.predict(row as unknown as Types["row"], call), options),
    predictBatch: (rows, options) =>
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
      tell((call) => parts.predictBatch(rows as unknown as Types["row"][], call), options),
  };
}

function labelOf<Truth extends number | string>(
  labels: ReadonlyMap<Truth, string> | undefined,
  truth: Truth | null,
  row: number,
): JsonValue {
  if (labels === undefined || truth === null) return truth;
  const label = labels.get(truth);
  if (label !== undefined) return label;
  const expected = `expected ${[...labels].map(([value, each]) => `${value} (${each})`).join(" or ")}`;
  const violation = { field: `truth[${row}]`, description: `${expected}, got ${truth}` };
  throw new PresageError("invalid_argument", `${violation.field}: ${violation.description}`, {
    reason: "INVALID_INPUT",
    violations: [violation],
  });
}

async function orPresageError<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw PresageError.from(error);
  }
}

function listOf<Value>(value: Value | readonly Value[] | undefined): readonly Value[] {
  if (value === undefined) return [];
  return isList(value) ? value : [value];
}

function isList<Value>(value: Value | readonly Value[]): value is readonly Value[] {
  return Array.isArray(value);
}
