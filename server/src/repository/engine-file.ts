import {
  Executor as ManifestExecutor,
  Provider as ManifestProvider,
  type ModelManifest,
} from "@presage/gen/presage/v1/manifest_pb";
import type { Place } from "../engine/engine.ts";
import type { EngineFile } from "../engine/engine-loader.ts";
import type { Provider } from "../engine/runtime.ts";

const [mostWorkers, mostThreads] = [64, 256];

/** Reads how a model's file is to run, from its manifest. */
export function engineFileOf(path: string, manifest: ModelManifest | undefined): EngineFile {
  const {
    executor = ManifestExecutor.UNSPECIFIED,
    workers = 1,
    intraOpThreads,
    provider = ManifestProvider.UNSPECIFIED,
  } = manifest?.engine ?? {};
  return {
    path,
    place: readPlace(executor),
    workers,
    load: {
      provider: readProvider(provider),
      ...(intraOpThreads === undefined ? {} : { intraOpThreads }),
    },
  };
}

/** Tells what is wrong with a manifest's `engine`, as far as that needs no model file. */
export function checkEngine({ engine }: ModelManifest): readonly string[] {
  const counts = [
    { path: "engine.workers", count: engine?.workers, most: mostWorkers },
    { path: "engine.intraOpThreads", count: engine?.intraOpThreads, most: mostThreads },
  ];
  return counts.flatMap(({ path, count = 1, most }) =>
    count >= 1 && count <= most ? [] : [`${path}: expected 1 to ${most}, got ${count}`],
  );
}

function readPlace(executor: ManifestExecutor): Place | undefined {
  switch (executor) {
    case ManifestExecutor.UNSPECIFIED:
      return undefined;
    case ManifestExecutor.INLINE:
      return "inline";
    case ManifestExecutor.POOL:
      return "pool";
    case ManifestExecutor.PROCESS:
      return "process";
  }
}

function readProvider(provider: ManifestProvider): Provider {
  switch (provider) {
    case ManifestProvider.UNSPECIFIED:
    case ManifestProvider.CPU:
      return "cpu";
    case ManifestProvider.WEBGPU:
      return "webgpu";
    case ManifestProvider.CUDA:
      return "cuda";
  }
}
