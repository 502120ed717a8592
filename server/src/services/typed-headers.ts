/** What a typed call and its answer say beside their messages, which are the model's alone. */
export const typedHeaders = {
  /** The version or alias that a call names. */
  version: "presage-version",
  /** The version that answered. */
  modelVersion: "presage-model-version",
  /** The name of the prediction, for feedback. */
  predictionId: "presage-prediction-id",
} as const;
