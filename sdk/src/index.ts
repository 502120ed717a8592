/* The public names that do not depend on where the client runs. */
export type { PresageClient } from "./client.ts";
export type { DataType, ElementsOf, NumericData, NumericType } from "./data-types.ts";
export type { DriftMetrics, DriftReference, FeatureDrift } from "./drift.ts";
export {
  type ErrorCode,
  type ErrorFacts,
  isPresageError,
  PresageError,
  type Violation,
} from "./errors.ts";
export type {
  Feedback,
  FeedbackReceipt,
  Reportable,
  ScoredPrediction,
  Truth,
} from "./feedback.ts";
export type { HealthOptions, HealthStatus } from "./health.ts";
export type { ModelMetrics } from "./metrics.ts";
export type {
  MetricsDimension,
  MetricsHistory,
  MetricsOptions,
  MetricsQuery,
  MetricsWindow,
} from "./metrics-query.ts";
export type {
  ClassInfo,
  FeatureInfo,
  ModelInfo,
  ModelTask,
  SignatureInfo,
  TensorInfo,
  VersionInfo,
} from "./models.ts";
export type {
  CallOptions,
  CommonClientOptions,
  PredictOptions,
  RequestOptions,
} from "./options.ts";
export type {
  Prediction,
  PredictionFacts,
  Route,
  RowsPrediction,
  StreamPrediction,
  StreamRequest,
  TensorsPrediction,
} from "./predictions.ts";
export type {
  AverageMetrics,
  ClassMetrics,
  ConfusionCounts,
  LabelDelay,
  MetricsStep,
  MulticlassMetrics,
  QualityMetrics,
  RegressionMetrics,
  RewardMetrics,
} from "./quality.ts";
export type { RetryOptions } from "./retry.ts";
export type { Answer, AnswerValue, Row, Value } from "./rows.ts";
export type { StreamResult } from "./stream.ts";
export {
  type Tensor,
  type TensorInput,
  type TensorInputs,
  type TensorOf,
  type Tensors,
  tensor,
} from "./tensors.ts";
export { traceCalls } from "./trace-calls.ts";
