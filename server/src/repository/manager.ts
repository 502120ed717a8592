import type { ModelManifest } from "@presage/gen/presage/v1/manifest_pb";
import type { Clock } from "../core/clock.ts";
import { ServingError } from "../core/errors.ts";
import type { RoutingSnapshot } from "../core/routing-snapshot.ts";
import { createHandle, type Handle } from "./handle.ts";
import { createVersionLife, type VersionLife } from "./lifecycle.ts";
import type { Loader } from "./loader.ts";
import { readManifest } from "./manifest.ts";
import { describeModel, type ModelState } from "./model-state.ts";
import type { FoundModel, FoundVersion, Source } from "./source.ts";

/** Decides which versions are loaded, and hands out handles to them. */
export interface Manager {
  /** Loads every version that the source finds. Rejects only if the source cannot be read. */
  start(): Promise<void>;
  /** Every model, sorted by name, as it stands now. */
  models(): readonly ModelState[];
  /** One model as it stands now. Throws MODEL_NOT_FOUND. */
  model(name: string): ModelState;
  /** What is said of a model beside its versions. Throws MODEL_NOT_FOUND. */
  declaration(name: string): Declaration;
  /** What routing needs to know of a model; it follows the model. Throws MODEL_NOT_FOUND. */
  routing(name: string): RoutingSnapshot;
  /**
   * Pins a version for one call; the handle must be released. Throws
   * MODEL_NOT_FOUND, VERSION_NOT_FOUND or VERSION_NOT_READY.
   */
  acquire(model: string, version: bigint): Handle;
  /** Calls `listener` at each change of a version's state, until the returned function is called. */
  subscribe(listener: () => void): () => void;
  /** Unloads every version once no call uses it any more. */
  close(): Promise<void>;
}

/** What is said of a model beside its versions. */
export interface Declaration {
  /** Undefined if there is none, or it cannot be read. */
  readonly manifest: ModelManifest | undefined;
  /** The text of its `contract.lock`; undefined if it has none. */
  readonly contractLock: string | undefined;
}

/** What a manager works with. */
export interface ManagerParts {
  readonly source: Source;
  readonly loader: Loader;
  readonly clock: Clock;
}

interface ManagedModel {
  readonly found: FoundModel;
  readonly manifest: ModelManifest | undefined;
  readonly problems: readonly string[];
  readonly versions: ReadonlyMap<bigint, VersionLife>;
  readonly routing: RoutingSnapshot;
}

const retryWhileLoadingMs = 1000;

/** Makes a manager that holds every version of its source. */
export function createManager({ source, loader, clock }: ManagerParts): Manager {
  const models = new Map<string, ManagedModel>();
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };

  let scanned = false;

  const find = (name: string): ManagedModel => {
    const model = models.get(name);
    if (model !== undefined) return model;
    if (!scanned) {
      throw new ServingError("VERSION_NOT_READY", "the server is starting", {
        retryAfterMs: retryWhileLoadingMs,
      });
    }
    const known = [...models.keys()];
    throw new ServingError(
      "MODEL_NOT_FOUND",
      `there is no model "${name}"${known.length > 0 ? `, but ${known.join(", ")}` : ""}`,
    );
  };

  const manage = (found: FoundModel): ManagedModel => {
    const read = readManifest(found);
    const manifest = read.kind === "ok" ? read.manifest : undefined;
    const lives = found.versions.map(
      ({ version }) => [version, createVersionLife(clock, changed)] as const,
    );
    const problems = found.versions.length === 0 ? ["the model has no version, such as 1/"] : [];
    return {
      found,
      versions: new Map(lives),
      routing: {
        model: found.name,
        aliases: new Map(Object.entries(manifest?.aliases ?? {})),
        versions: lives.map(([version, life]) => ({
          version,
          get isReady() {
            return life.status.state === "ready";
          },
        })),
      },
      manifest,
      problems:
        read.kind === "ok"
          ? problems
          : [...problems, ...read.problems.map((problem) => `model.yaml: ${problem}`)],
    };
  };

  const load = async (model: ManagedModel, found: FoundVersion): Promise<void> => {
    const life = model.versions.get(found.version);
    if (life === undefined) return;
    if (model.problems.length > 0) {
      life.fail(model.problems, undefined);
      return;
    }
    const result = await loader.load(found, model.manifest);
    if (result.kind === "loaded") life.ready(result.loaded);
    else life.fail(result.problems, result.signature);
  };

  return {
    async start() {
      for (const found of await source.scan()) models.set(found.name, manage(found));
      scanned = true;
      for (const model of models.values()) {
        for (const found of model.found.versions) await load(model, found);
      }
    },
    models: () => [...models.values()].map(describeModel),
    model: (name) => describeModel(find(name)),
    declaration(name) {
      const { manifest, found } = find(name);
      return { manifest, contractLock: found.contractLock };
    },
    routing: (name) => find(name).routing,
    acquire(name, version) {
      const life = find(name).versions.get(version);
      if (life === undefined) {
        throw new ServingError("VERSION_NOT_FOUND", `the model ${name} has no version ${version}`);
      }
      const { status } = life;
      if (status.state === "ready") return createHandle(version, life);
      const reason = status.reason === "" ? status.state : `${status.state}: ${status.reason}`;
      throw new ServingError(
        "VERSION_NOT_READY",
        `version ${version} of ${name} is ${reason}`,
        status.state === "loading" ? { retryAfterMs: retryWhileLoadingMs } : {},
      );
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      const lives = [...models.values()].flatMap((model) => [...model.versions.values()]);
      await Promise.all(lives.map((life) => life.unload()));
    },
  };
}
