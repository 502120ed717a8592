import { describe, expect, it } from "vitest";
import { createLoadedVersion } from "../../../test/support/loaded-version.ts";
import { failureOf } from "../../../test/support/signatures.ts";
import type { Loader, LoadResult } from "./loader.ts";
import { createManager, type Manager } from "./manager.ts";
import type { FoundModel, Source } from "./source.ts";

function found(name: string, versions: readonly bigint[], manifest?: string): FoundModel {
  return {
    name,
    manifest,
    versions: versions.map((version) => ({
      model: name,
      version,
      directory: `${name}/${version}`,
    })),
  };
}

function sourceOf(...models: FoundModel[]): Source {
  return { scan: () => Promise.resolve(models) };
}

/** A loader whose loads last until the test ends them, by directory. */
function createHeldLoader(): Loader & {
  finish(directory: string, result: LoadResult): Promise<void>;
} {
  const loads = new Map<string, PromiseWithResolvers<LoadResult>>();
  const loadOf = (directory: string): PromiseWithResolvers<LoadResult> => {
    const load = loads.get(directory) ?? Promise.withResolvers<LoadResult>();
    loads.set(directory, load);
    return load;
  };
  return {
    load: ({ directory }) => loadOf(directory).promise,
    async finish(directory, result) {
      loadOf(directory).resolve(result);
      // The manager goes on in the turn after the load's.
      await new Promise(setImmediate);
    },
  };
}

function loaded(): LoadResult {
  return { kind: "loaded", loaded: createLoadedVersion().loaded };
}

/** The reason, the message and the hint of what acquiring a version throws. */
function refusal(manager: Manager, model: string, version: bigint): unknown[] {
  const { reason, message, retryAfterMs } = failureOf(() => manager.acquire(model, version));
  return [reason, message, retryAfterMs];
}

const clock = { now: () => 5 };

describe("createManager()", () => {
  it("takes versions into service one by one as they are loaded", async () => {
    const loader = createHeldLoader();
    const source = sourceOf(found("a", [1n, 2n]), found("b", [1n]));
    const manager = createManager({ source, loader, clock });
    const started = manager.start();
    await new Promise(setImmediate);
    expect(refusal(manager, "a", 1n)).toEqual([
      "VERSION_NOT_READY",
      "version 1 of a is loading",
      1000,
    ]);
    await loader.finish("a/1", loaded());
    expect(manager.acquire("a", 1n).version).toBe(1n);
    expect(manager.model("a").versions.map(({ isReady }) => isReady)).toEqual([true, false]);
    await loader.finish("a/2", {
      kind: "failed",
      problems: ["no", "not at all"],
      signature: undefined,
    });
    expect(refusal(manager, "a", 2n)).toEqual([
      "VERSION_NOT_READY",
      "version 2 of a is unavailable: no; not at all",
      undefined,
    ]);
    await loader.finish("b/1", loaded());
    await started;
    expect(
      manager
        .models()
        .map(({ name, versions }) => [name, versions.map(({ status }) => status.state)]),
    ).toEqual([
      ["a", ["ready", "unavailable"]],
      ["b", ["ready"]],
    ]);
  });

  it("knows no model before it has looked, and says that it will", () => {
    const manager = createManager({ source: sourceOf(), loader: createHeldLoader(), clock });
    expect(refusal(manager, "a", 1n)).toEqual([
      "VERSION_NOT_READY",
      "the server is starting",
      1000,
    ]);
    expect(manager.models()).toEqual([]);
  });

  it("names the models that it has to one who asks for another", async () => {
    const loader = createHeldLoader();
    const manager = createManager({
      source: sourceOf(found("a", []), found("b", [])),
      loader,
      clock,
    });
    await manager.start();
    expect(refusal(manager, "c", 1n)).toEqual([
      "MODEL_NOT_FOUND",
      'there is no model "c", but a, b',
      undefined,
    ]);
    expect(failureOf(() => manager.model("__proto__")).reason).toBe("MODEL_NOT_FOUND");
    expect(failureOf(() => manager.routing("")).reason).toBe("MODEL_NOT_FOUND");
    expect(refusal(manager, "a", 1n)).toEqual([
      "VERSION_NOT_FOUND",
      "the model a has no version 1",
      undefined,
    ]);
  });

  it("tells that it has no models", async () => {
    const manager = createManager({ source: sourceOf(), loader: createHeldLoader(), clock });
    await manager.start();
    expect(refusal(manager, "c", 1n)).toEqual([
      "MODEL_NOT_FOUND",
      'there is no model "c"',
      undefined,
    ]);
  });

  it("loads no version of a model whose manifest is wrong, and serves the others", async () => {
    const loader = createHeldLoader();
    const source = sourceOf(
      found("a", [1n], "tsk: 1\naliases: { stable: 2 }"),
      found("b", [1n]),
      found("c", []),
    );
    const manager = createManager({ source, loader, clock });
    const started = manager.start();
    await loader.finish("b/1", loaded());
    await started;
    const [a, b, c] = manager.models();
    expect(a?.problem).toMatch(/^model\.yaml: tsk: unknown field, /);
    expect(a?.versions.map(({ status }) => status)).toEqual([
      { state: "unavailable", reason: a?.problem, since: 5 },
    ]);
    expect(b?.versions.map(({ isReady }) => isReady)).toEqual([true]);
    expect(c?.problem).toBe("the model has no version, such as 1/");
  });

  it("describes a model by its manifest, or by its name", async () => {
    const manifest = `
displayName: Breast cancer
description: Benign or malignant.
task: binary
aliases: { stable: 1 }
golden: [{ tensors: [{}], expectTensors: [{}] }, { rows: [{ a: 1 }], expectRows: [{}] }]`;
    const loader = createHeldLoader();
    const manager = createManager({
      source: sourceOf(found("a", [1n], manifest), found("b", [])),
      loader,
      clock,
    });
    const started = manager.start();
    await loader.finish("a/1", loaded());
    await started;
    expect(manager.model("a")).toMatchObject({
      displayName: "Breast cancer",
      description: "Benign or malignant.",
      task: "binary",
      aliases: new Map([["stable", 1n]]),
      problem: "",
      example: { a: 1 },
    });
    expect(manager.model("b")).toMatchObject({
      displayName: "b",
      description: "",
      task: "other",
      aliases: new Map(),
      example: undefined,
      versions: [],
    });
  });

  it("tells routing which versions can answer, as that changes", async () => {
    const loader = createHeldLoader();
    const manager = createManager({
      source: sourceOf(found("a", [1n], "aliases: { stable: 1 }")),
      loader,
      clock,
    });
    const started = manager.start();
    await new Promise(setImmediate);
    const routing = manager.routing("a");
    expect(routing).toEqual({
      model: "a",
      aliases: new Map([["stable", 1n]]),
      versions: [{ version: 1n, isReady: false }],
    });
    await loader.finish("a/1", loaded());
    await started;
    expect(routing.versions.map(({ isReady }) => isReady)).toEqual([true]);
  });

  it("rejects where its source cannot be read", async () => {
    const source: Source = { scan: () => Promise.reject(new Error("no such directory")) };
    const manager = createManager({ source, loader: createHeldLoader(), clock });
    await expect(manager.start()).rejects.toThrow("no such directory");
  });

  it("closes once no call uses any version", async () => {
    const versions = [createLoadedVersion(), createLoadedVersion()];
    const rest = [...versions];
    const loader: Loader = {
      load: () => {
        const next = rest.shift();
        if (next === undefined) throw new Error("no more versions");
        return Promise.resolve({ kind: "loaded", loaded: next.loaded });
      },
    };
    const manager = createManager({ source: sourceOf(found("a", [1n, 2n])), loader, clock });
    await manager.start();
    const handle = manager.acquire("a", 2n);
    const closed = manager.close();
    expect(refusal(manager, "a", 1n)).toEqual([
      "VERSION_NOT_READY",
      "version 1 of a is unloading: the server unloads the version",
      undefined,
    ]);
    await new Promise(setImmediate);
    expect(versions.map(({ released }) => released())).toEqual([1, 0]);
    handle.release();
    await closed;
    expect(versions.map(({ released }) => released())).toEqual([1, 1]);
    expect(refusal(manager, "a", 2n)).toEqual([
      "VERSION_NOT_READY",
      "version 2 of a is unavailable: unloaded",
      undefined,
    ]);
  });
});
