import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import { Task } from "@presage/gen/presage/v1/manifest_pb";
import {
  type GetModelRequest,
  type Model,
  ModelSchema,
  type ModelService,
  VersionState,
} from "@presage/gen/presage/v1/model_pb";
import { signatureToProto } from "../codecs/signature.ts";
import { ServingError } from "../core/errors.ts";
import type { LifeState } from "../repository/lifecycle.ts";
import type { Manager } from "../repository/manager.ts";
import type { ModelState, ModelTask } from "../repository/model-state.ts";
import type { ModelServices, TypedModels } from "./typed-models.ts";

/** Makes `presage.v1.ModelService`. */
export function createModelService(
  manager: Pick<Manager, "models" | "model">,
  typed: Pick<TypedModels, "of">,
): ServiceImpl<typeof ModelService> {
  const writeModel = (model: ModelState): Model => writeModelState(model, typed.of(model.name));
  return {
    listModels: () => ({ models: manager.models().map(writeModel) }),
    getModel: ({ model }: GetModelRequest) => {
      if (model === "") {
        const violations = [{ field: "model", description: "required" }];
        throw new ServingError("INVALID_INPUT", "model: required", { violations });
      }
      return { model: writeModel(manager.model(model)) };
    },
  };
}

function writeModelState(
  model: ModelState,
  { services, contracts, problem }: ModelServices,
): Model {
  return create(ModelSchema, {
    name: model.name,
    displayName: model.displayName,
    description: model.description,
    task: writeTask(model.task),
    aliases: Object.fromEntries(model.aliases),
    problem: model.problem,
    services: [...services],
    contractProblem: problem,
    versions: model.versions.map(({ version, status, signature }) => ({
      version,
      state: writeState(status.state),
      service: contracts.get(version)?.service.typeName ?? "",
      reason: status.reason,
      stateTime: timestampFromMs(status.since),
      ...(signature === undefined ? {} : { signature: signatureToProto(signature) }),
    })),
  });
}

function writeTask(task: ModelTask): Task {
  switch (task) {
    case "binary":
      return Task.BINARY;
    case "multiclass":
      return Task.MULTICLASS;
    case "regression":
      return Task.REGRESSION;
    case "other":
      return Task.OTHER;
  }
}

function writeState(state: LifeState): VersionState {
  switch (state) {
    case "loading":
      return VersionState.LOADING;
    case "ready":
      return VersionState.READY;
    case "unloading":
      return VersionState.UNLOADING;
    case "unavailable":
      return VersionState.UNAVAILABLE;
  }
}
