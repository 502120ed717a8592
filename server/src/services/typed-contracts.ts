import { showBreak } from "../contracts/breaks.ts";
import { deriveContracts, type RefusedVersion } from "../contracts/derive-all.ts";
import type { ContractLock } from "../contracts/lock.ts";
import { readLock } from "../contracts/lock-file.ts";
import type { ContractedModel, ModelContracts } from "./typed-models.ts";

/** Derives the contracts of a model's ready versions, by its lock where it has one. */
export function deriveModelContracts(model: ContractedModel): ModelContracts {
  const { name, versions, manifest, contractLock } = model;
  let lock: ContractLock | undefined;
  if (contractLock !== undefined) {
    const read = readLock(contractLock);
    // Numbers that are not those of the lock would be others than callers know.
    if (read.kind === "invalid") return { contracts: new Map(), problems: read.problems };
    lock = read.lock;
  }
  const derived = deriveContracts({ model: name, versions, manifest, lock });
  return {
    contracts: new Map(derived.contracts.flatMap((contract) => [...contract.versions])),
    problems: derived.refused.map(describeRefusal),
  };
}

function describeRefusal({ version, number, breaks, problems }: RefusedVersion): string {
  const broken = breaks.map(showBreak);
  const next =
    broken.length === 0
      ? ""
      : `; the manifest can give it the next number: contract.versions: { ${version}: ${number + 1} }`;
  return `version ${version} is not served by contract ${number}: ${[...problems, ...broken].join("; ")}${next}`;
}
