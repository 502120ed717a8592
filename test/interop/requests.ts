/** The paths of the calls that the clients make. */
export const methods = {
  predict: "presage.v1.InferenceService/Predict",
  listModels: "presage.v1.ModelService/ListModels",
  check: "grpc.health.v1.Health/Check",
  watch: "grpc.health.v1.Health/Watch",
} as const;

/** The features of one district of Boston. */
export const district = {
  CRIM: 15.02,
  ZN: 0,
  INDUS: 18.1,
  CHAS: 0,
  NOX: 0.614,
  RM: 5.3,
  AGE: 97.3,
  DIS: 2.1,
  RAD: 24,
  TAX: 666,
  PTRATIO: 20.2,
  B: 349.48,
  LSTAT: 24.9,
} as const;

/** What the boston-housing model answers to `district`. */
export const worth = 12.273424794987879;

/** A request of one district. */
export const districtRequest: string = JSON.stringify({
  model: "boston-housing",
  rows: [district],
});

/** The request of one district without LSTAT, and what is wrong with it. */
export const incompleteRequest: string = JSON.stringify({
  model: "boston-housing",
  rows: [{ ...district, LSTAT: undefined }],
});

/** What is wrong with `incompleteRequest`. */
export const missingFeature = { field: "rows[0].LSTAT", description: "missing" } as const;

/** The part of an answer in JSON that the clients check. */
export interface JsonAnswer {
  readonly model: string;
  readonly version: string;
  readonly rows: readonly { readonly prediction: number; readonly class: string }[];
}

/** Reads an answer in JSON. */
export function readAnswer(text: string | Buffer): JsonAnswer {
  return JSON.parse(text.toString()) as JsonAnswer;
}

/** Reads what a client printed or got as JSON. */
export function readJson(text: string | Buffer): unknown {
  return JSON.parse(text.toString());
}
