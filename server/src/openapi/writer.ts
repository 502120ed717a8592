import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { ModelService } from "@presage/gen/presage/v1/model_pb";
import type { Contract } from "../contracts/contract.ts";
import type { ModelState } from "../repository/model-state.ts";
import { createOpenApi } from "./document.ts";
import type { DocumentedContract, DocumentedModel } from "./examples.ts";
import type { Comments } from "./json.ts";

/** What a document is written of. */
export interface OpenApiWriterParts {
  /** The models as they stand now. */
  readonly models: () => readonly ModelState[];
  /** The contract of each version of a model that has one. */
  readonly contracts: (model: string) => ReadonlyMap<bigint, Contract>;
}

/** Writes the document of a server. */
export interface OpenApiWriter {
  /** Writes it as JSON; the text is kept for as long as the models stay as they are. */
  write(): Promise<string>;
}

/** Makes the writer of a document. Nothing is read or written before it is asked for. */
export function createOpenApiWriter({ models, contracts }: OpenApiWriterParts): OpenApiWriter {
  let written: { readonly of: string; readonly text: string } | undefined;
  return {
    async write() {
      const states = models().map((state) => ({ state, contracts: contracts(state.name) }));
      const of = identify(states);
      if (written?.of === of) return written.text;
      const document = createOpenApi({
        services: [InferenceService, ModelService],
        comments: await readContractComments(),
        models: states.map(documentModel),
      });
      written = { of, text: JSON.stringify(document) };
      return written.text;
    },
  };
}

/** A model and its contracts as they stand. */
interface ContractedState {
  readonly state: ModelState;
  readonly contracts: ReadonlyMap<bigint, Contract>;
}

/** What tells whether models are those that they were. */
function identify(models: readonly ContractedState[]): string {
  return JSON.stringify(
    models.map(({ state, contracts }) => [
      state.name,
      ...state.versions.map(({ version, status }) => [
        String(version),
        status.state,
        status.since,
        contracts.get(version)?.service.typeName,
      ]),
    ]),
  );
}

function documentModel({ state, contracts }: ContractedState): DocumentedModel {
  const { name, displayName, example, versions } = state;
  const byNumber = new Map<number, DocumentedContract>();
  for (const { version, signature } of versions) {
    const contract = contracts.get(version);
    if (contract === undefined || signature === undefined) continue;
    const features = signature.features.map((feature) => feature.name);
    if (!byNumber.has(contract.number)) byNumber.set(contract.number, { contract, features });
  }
  return { name, displayName, example, contracts: [...byNumber.values()] };
}

/** Reads the comments of our own contract, which its generated descriptors come without. */
async function readContractComments(): Promise<Comments> {
  const file = import.meta.resolve("@presage/gen/schema/comments.json");
  const comments: unknown = JSON.parse(await readFile(fileURLToPath(file), "utf8"));
  if (typeof comments !== "object" || comments === null) return new Map();
  return new Map(Object.entries(comments).map(([name, comment]) => [name, String(comment)]));
}
