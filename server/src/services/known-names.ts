import type { DescMessage, DescService } from "@bufbuild/protobuf";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { ModelService } from "@presage/gen/presage/v1/model_pb";
import type { Contract } from "../contracts/contract.ts";
import type { Manager } from "../repository/manager.ts";

/** What names are known from. */
export interface KnownNamesParts {
  readonly manager: Pick<Manager, "models">;
  /** The contracts of a model that the manager holds. */
  readonly contractsOf: (model: string) => Iterable<Contract>;
}

/**
 * Makes a test whether the server itself knows a name: of a field of its
 * requests, or of a model's feature, input or output. Every other name that comes
 * with a request is its caller's own.
 */
export function createKnownNames(parts: KnownNamesParts): (name: string) => boolean {
  const { manager, contractsOf } = parts;
  const ours = new Set<string>();
  for (const service of [InferenceService, ModelService]) addRequests(service, ours);

  const isOfModel = (name: string): boolean =>
    manager
      .models()
      .flatMap(({ versions }) => versions)
      .some(({ signature }) =>
        [signature?.features, signature?.inputs, signature?.outputs].some((named) =>
          named?.some((each) => each.name === name),
        ),
      );

  const isOfContract = (name: string): boolean =>
    manager
      .models()
      .flatMap((model) => [...contractsOf(model.name)])
      .some(({ row }) =>
        row.fields.some((field) => field.name === name || field.jsonName === name),
      );

  return (name) => ours.has(name) || isOfModel(name) || isOfContract(name);
}

function addRequests({ methods }: DescService, names: Set<string>): void {
  const seen = new Set<DescMessage>();
  const add = (message: DescMessage): void => {
    if (seen.has(message)) return;
    seen.add(message);
    for (const field of message.fields) {
      names.add(field.name).add(field.jsonName);
      if (field.message !== undefined) add(field.message);
    }
  };
  for (const { input } of methods) add(input);
}
