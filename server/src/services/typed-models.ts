import type { DescService } from "@bufbuild/protobuf";
import type { Contract } from "../contracts/contract.ts";
import type { SignedVersion } from "../contracts/derive-all.ts";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { RoutingSnapshot } from "../core/routing-snapshot.ts";
import type { Signature } from "../core/signature.ts";
import type { Predictor } from "../predict/predictor.ts";
import type { Declaration, Manager } from "../repository/manager.ts";
import { createTypedService, type TypedService } from "./typed-service.ts";

/** A model, as far as its contracts are derived from it. */
export interface ContractedModel extends Declaration {
  readonly name: string;
  /** The versions that are ready, ascending. */
  readonly versions: readonly SignedVersion[];
}

/** The contracts of a model, as far as they could be derived. */
export interface ModelContracts {
  /**
   * The contract of each version that has one, with its fields in the order of
   * the version's signature. Those of one number have the same descriptors.
   */
  readonly contracts: ReadonlyMap<bigint, Contract>;
  /** Why a version has none. */
  readonly problems: readonly string[];
}

/** What is known of the typed services of a model. */
export interface ModelServices {
  /** Their full names. */
  readonly services: readonly string[];
  /** The contract of each version that has one. */
  readonly contracts: ReadonlyMap<bigint, Contract>;
  /** Why a version that is ready has none; empty if each has one. */
  readonly problem: string;
}

/** The typed services of all models. */
export interface TypedModels {
  /**
   * Derives the contracts of the models that have ready versions, and calls back
   * with the services of all: now, and when other versions are ready, until the
   * returned function is called. What is wrong with a contract is told, and
   * costs its model nothing but the contract.
   */
  follow(replace: (services: readonly TypedService[]) => void): () => void;
  /** The services of a model, as they were given last. */
  of(model: string): ModelServices;
}

/** What typed models are made of. */
export interface TypedModelParts {
  readonly manager: Pick<Manager, "models" | "declaration" | "routing" | "subscribe">;
  /** Derives the contracts of a model's ready versions. */
  readonly derive: (model: ContractedModel) => ModelContracts;
  readonly predictor: Predictor;
  readonly clock: Clock;
  /** Is told why a contract could not be derived. */
  readonly log: Log;
}

interface TypedModel extends ModelServices {
  /** What the contracts were derived from. */
  readonly derivedFrom: string;
  readonly typed: readonly TypedService[];
}

const noServices: ModelServices = { services: [], contracts: new Map(), problem: "" };

/** Makes the typed services of a manager's models; there are none before they are followed. */
export function createTypedModels(parts: TypedModelParts): TypedModels {
  const { manager, derive, log } = parts;
  let known = new Map<string, TypedModel>();
  const identify = createIdentities();

  const tellProblem = ({ name }: ContractedModel, problem: string): void =>
    log("warn", `the model ${name} has no contract: ${problem}`, { model: name, problem });

  const serveContract = (
    model: ContractedModel,
    versions: readonly (readonly [version: bigint, contract: Contract])[],
  ): readonly TypedService[] => {
    const [first] = versions;
    if (first === undefined) return [];
    const { service } = first[1];
    const bySignature = new Map<Signature, Contract>();
    for (const [version, contract] of versions) {
      const signature = model.versions.find((each) => each.version === version)?.signature;
      if (signature !== undefined) bySignature.set(signature, contract);
    }
    const belonging = versions.map(([version]) => version);
    const routing = restrictRouting(manager.routing(model.name), service, belonging);
    return [createTypedService({ model: model.name, service, bySignature, routing }, parts)];
  };

  const deriveModel = (model: ContractedModel, derivedFrom: string): TypedModel => {
    const { contracts, problems } = derive(model);
    for (const problem of problems) tellProblem(model, problem);
    const byNumber = Map.groupBy(contracts, ([, contract]) => contract.number);
    const typed = [...byNumber.values()].flatMap((versions) => serveContract(model, versions));
    return {
      derivedFrom,
      typed,
      services: typed.map(({ descriptor }) => descriptor.typeName),
      contracts,
      problem: problems.join("; "),
    };
  };

  /** A mistake of the derivation is a problem of the model, and not the end of the server. */
  const deriveSafely = (model: ContractedModel, derivedFrom: string): TypedModel => {
    try {
      return deriveModel(model, derivedFrom);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      tellProblem(model, problem);
      return { ...noServices, derivedFrom, typed: [], problem };
    }
  };

  /** Finds the typed services anew; false if they are those that are known. */
  const refresh = (): boolean => {
    const found = new Map<string, TypedModel>();
    for (const { name, versions: all } of manager.models()) {
      const versions = all.flatMap(({ version, signature, isReady }) =>
        isReady && signature !== undefined ? [{ version, signature }] : [],
      );
      if (versions.length === 0) continue;
      const derivedFrom = versions
        .map(({ version, signature }) => `${version}:${identify(signature)}`)
        .join();
      const before = known.get(name);
      const same = before?.derivedFrom === derivedFrom ? before : undefined;
      const model = { name, versions, ...manager.declaration(name) };
      found.set(name, same ?? deriveSafely(model, derivedFrom));
    }
    const changed =
      found.size !== known.size || [...found].some(([name, model]) => known.get(name) !== model);
    known = found;
    return changed;
  };

  const services = (): readonly TypedService[] => [...known.values()].flatMap(({ typed }) => typed);

  return {
    follow(replace) {
      let asked = false;
      const unsubscribe = manager.subscribe(() => {
        if (asked) return;
        asked = true;
        // Versions that change together are one change.
        queueMicrotask(() => {
          asked = false;
          if (refresh()) replace(services());
        });
      });
      refresh();
      replace(services());
      return unsubscribe;
    },
    of: (model) => known.get(model) ?? noServices,
  };
}

/** What routing needs to know of a model, of the versions that belong to one contract alone. */
function restrictRouting(
  { model, aliases, versions }: RoutingSnapshot,
  { typeName }: DescService,
  belonging: readonly bigint[],
): RoutingSnapshot {
  return {
    model,
    owner: `the service ${typeName}`,
    aliases: new Map([...aliases].filter(([, version]) => belonging.includes(version))),
    versions: versions.filter(({ version }) => belonging.includes(version)),
  };
}

/** Numbers objects, so that what was derived from the same can be told. */
function createIdentities(): (object: object) => number {
  const numbers = new WeakMap<object, number>();
  let last = 0;
  return (object) => {
    const number = numbers.get(object);
    if (number !== undefined) return number;
    last += 1;
    numbers.set(object, last);
    return last;
  };
}
