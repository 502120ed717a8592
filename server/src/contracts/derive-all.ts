import type { ModelManifest } from "@presage/gen/presage/v1/manifest_pb";
import type { Signature } from "../core/signature.ts";
import { bindContract, type DeclaredContract } from "./bind.ts";
import { type Break, findBreaks } from "./breaks.ts";
import type { Contract } from "./contract.ts";
import { deriveDeclaration } from "./derive.ts";
import type { ContractLock, LockedContract } from "./lock.ts";
import { lockDeclared, mergeLocked } from "./locking.ts";

/** The versions of a model, and what its contracts were. */
export interface ModelVersions {
  readonly model: string;
  readonly versions: readonly SignedVersion[];
  /** @default none */
  readonly manifest?: ModelManifest | undefined;
  /** @default none */
  readonly lock?: ContractLock | undefined;
  /**
   * True to take what breaks callers of the lock's contracts: what is gone is
   * reserved. For writing a lock anew. @default false
   */
  readonly takeBreaks?: boolean;
}

/** A version by its number, and its signature. */
export interface SignedVersion {
  readonly version: bigint;
  readonly signature: Signature;
}

/** The contracts of a model, and the versions that none serves. */
export interface DerivedContracts {
  /** By their numbers. */
  readonly contracts: readonly ServedContract[];
  readonly refused: readonly RefusedVersion[];
}

/** A contract, and the versions that are served under it. */
export interface ServedContract {
  readonly number: number;
  /** The contract for each version, by the version's number: one file, whose fields are found for each. */
  readonly versions: ReadonlyMap<bigint, Contract>;
  /** What a lock is to keep of it, the versions included. */
  readonly locked: LockedContract;
}

/** A version without a contract. */
export interface RefusedVersion {
  readonly version: bigint;
  /** The number of the contract that it belongs to. */
  readonly number: number;
  /** What callers of the contract would be broken by. */
  readonly breaks: readonly Break[];
  /** Everything else that is wrong. */
  readonly problems: readonly string[];
}

/**
 * Derives the contracts of a model's versions. The contract of a number is that
 * of the latest of its versions; earlier ones may lack what was added since, but
 * nothing may change that callers know. A version that would break callers needs
 * the next number, which the manifest gives it.
 */
export function deriveContracts(model: ModelVersions): DerivedContracts {
  const contracts: ServedContract[] = [];
  const refused: RefusedVersion[] = [];
  for (const [number, versions] of groupVersions(model)) {
    const group = deriveGroup(model, number, versions);
    refused.push(...group.refused);
    if (group.latest === undefined) continue;
    const { declared, locked } = group.latest;
    contracts.push({
      number,
      versions: new Map(
        group.accepted.map(({ version, signature }) => [
          version,
          bindContract(declared, signature),
        ]),
      ),
      locked: {
        ...locked,
        versions: [...new Set([...locked.versions, ...group.accepted.map((each) => each.version)])],
      },
    });
  }
  return { contracts: contracts.toSorted((a, b) => a.number - b.number), refused };
}

/** Finds the contract of each version: as the manifest has it, or the lock, or as that of the version before. */
function groupVersions({
  versions,
  manifest,
  lock,
}: ModelVersions): ReadonlyMap<number, readonly SignedVersion[]> {
  const stated = manifest?.contract?.versions ?? {};
  const groups = new Map<number, SignedVersion[]>();
  let previous = 1;
  for (const each of versions.toSorted((a, b) => (a.version < b.version ? -1 : 1))) {
    const locked = [...(lock ?? [])].find(([, contract]) =>
      contract.versions.includes(each.version),
    );
    previous = stated[String(each.version)] ?? locked?.[0] ?? previous;
    groups.set(previous, [...(groups.get(previous) ?? []), each]);
  }
  return groups;
}

interface Latest {
  readonly declared: DeclaredContract;
  readonly locked: LockedContract;
}

interface Group {
  readonly accepted: readonly SignedVersion[];
  readonly refused: readonly RefusedVersion[];
  readonly latest: Latest | undefined;
}

/** Goes through the versions of one contract, the earliest first. */
function deriveGroup(
  { model, manifest, lock, takeBreaks = false }: ModelVersions,
  number: number,
  versions: readonly SignedVersion[],
): Group {
  const before = lock?.get(number);
  const accepted: SignedVersion[] = [];
  const refused: RefusedVersion[] = [];
  let latest: Latest | undefined;
  for (const each of versions) {
    const { version, signature } = each;
    const base = latest?.locked ?? before;
    const derived = deriveDeclaration({ model, number, signature, manifest, lock: base });
    if (derived.kind === "invalid") {
      refused.push({ version, number, breaks: [], problems: derived.problems });
      continue;
    }
    const now = lockDeclared(derived.declared);
    // What a later version added, an earlier one of the same contract need not have.
    const isOutdated = before?.versions.some((other) => other > version) === true;
    const found = base === undefined ? [] : findBreaks(base, now);
    const breaks = found.filter(({ rule }) => !(isOutdated && rule.endsWith("_NO_DELETE")));
    if (breaks.length > 0 && !(takeBreaks && latest === undefined)) {
      refused.push({ version, number, breaks, problems: [] });
      continue;
    }
    accepted.push(each);
    const locked = isOutdated ? mergeLocked(base, now) : { ...now, versions: base?.versions ?? [] };
    latest = { declared: derived.declared, locked };
  }
  return { accepted, refused, latest };
}
