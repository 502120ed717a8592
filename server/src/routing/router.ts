import { ServingError } from "../core/errors.ts";
import type { Route } from "../core/prediction.ts";
import type { RoutingSnapshot } from "../core/routing-snapshot.ts";

/** The version that answers a call, and why. */
export interface Routed {
  readonly version: bigint;
  readonly route: Route;
}

const stableAlias = "stable";
const decimal = /^[1-9]\d*$/;

/**
 * Picks the version that answers a call: the version or alias that the call
 * names; else the model's `stable` alias; else the highest version that is
 * ready, or the highest of all when none is. Throws VERSION_NOT_FOUND for a
 * name that the model does not have.
 */
export function routeCall(requested: string, snapshot: RoutingSnapshot): Routed {
  const { aliases, versions } = snapshot;
  if (requested !== "") {
    const version = findRequested(requested, snapshot);
    return (
      sameAsBefore(snapshot, requested, version) ?? routeRequested(requested, version, snapshot)
    );
  }
  const stable = aliases.get(stableAlias);
  if (stable !== undefined) return routeBy("stable", stable, snapshot);
  const latest = versions.findLast((each) => each.isReady) ?? versions.at(-1);
  if (latest === undefined) {
    throw new ServingError("VERSION_NOT_FOUND", `${ownerOf(snapshot)} has no version`);
  }
  return routeBy("latest", latest.version, snapshot);
}

/**
 * What the last calls of each model were told, by what they asked for: most are
 * told the same, and who counts calls by their route finds the same object.
 */
const lastRouted = new WeakMap<RoutingSnapshot, Map<string, Routed>>();

function sameAsBefore(
  snapshot: RoutingSnapshot,
  requested: string,
  version: bigint,
): Routed | undefined {
  const last = lastRouted.get(snapshot)?.get(requested);
  return last?.version === version ? last : undefined;
}

function remember(snapshot: RoutingSnapshot, requested: string, routed: Routed): Routed {
  const routes = lastRouted.get(snapshot) ?? new Map<string, Routed>();
  routes.set(requested, routed);
  lastRouted.set(snapshot, routes);
  return routed;
}

function routeBy(policy: "stable" | "latest", version: bigint, snapshot: RoutingSnapshot): Routed {
  const last = sameAsBefore(snapshot, "", version);
  if (last?.route.policy === policy) return last;
  const isStable = policy === "stable";
  const reason = isStable
    ? `the alias ${stableAlias} is version ${version}`
    : `version ${version} is the highest that is ready`;
  const alias = isStable ? stableAlias : "";
  return remember(snapshot, "", { version, route: { policy, reason, alias } });
}

function routeRequested(requested: string, version: bigint, snapshot: RoutingSnapshot): Routed {
  const isVersion = decimal.test(requested);
  const reason = `the call named the ${isVersion ? "version" : "alias"} ${requested}`;
  const alias = isVersion ? "" : requested;
  return remember(snapshot, requested, { version, route: { policy: "requested", reason, alias } });
}

function ownerOf({ model, owner = `the model ${model}` }: RoutingSnapshot): string {
  return owner;
}

function findRequested(requested: string, snapshot: RoutingSnapshot): bigint {
  const { aliases, versions } = snapshot;
  const version = decimal.test(requested) ? BigInt(requested) : aliases.get(requested);
  if (version !== undefined && versions.some((each) => each.version === version)) return version;
  const known = [...versions.map((each) => String(each.version)), ...aliases.keys()].join(", ");
  throw new ServingError(
    "VERSION_NOT_FOUND",
    `${ownerOf(snapshot)} has no version or alias "${requested}", but ${known}`,
  );
}
