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
  const { model, aliases, versions } = snapshot;
  if (requested !== "")
    return { version: findRequested(requested, snapshot), route: requestedRoute(requested) };
  const stable = aliases.get(stableAlias);
  if (stable !== undefined) return routeBy("stable", stable, snapshot);
  const latest = versions.findLast((each) => each.isReady) ?? versions.at(-1);
  if (latest === undefined) {
    throw new ServingError("VERSION_NOT_FOUND", `the model ${model} has no version`);
  }
  return routeBy("latest", latest.version, snapshot);
}

/** What the last calls of each model without a version were told: most are told the same. */
const lastRouted = new WeakMap<RoutingSnapshot, Routed>();

function routeBy(policy: "stable" | "latest", version: bigint, snapshot: RoutingSnapshot): Routed {
  const last = lastRouted.get(snapshot);
  if (last !== undefined && last.version === version && last.route.policy === policy) return last;
  const reason =
    policy === "stable"
      ? `the alias ${stableAlias} is version ${version}`
      : `version ${version} is the highest that is ready`;
  const routed: Routed = { version, route: { policy, reason } };
  lastRouted.set(snapshot, routed);
  return routed;
}

function requestedRoute(requested: string): Route {
  const what = decimal.test(requested) ? "version" : "alias";
  return { policy: "requested", reason: `the call named the ${what} ${requested}` };
}

function findRequested(requested: string, { model, aliases, versions }: RoutingSnapshot): bigint {
  const version = decimal.test(requested) ? BigInt(requested) : aliases.get(requested);
  if (version !== undefined && versions.some((each) => each.version === version)) return version;
  const known = [...versions.map((each) => String(each.version)), ...aliases.keys()].join(", ");
  throw new ServingError(
    "VERSION_NOT_FOUND",
    `the model ${model} has no version or alias "${requested}", but ${known}`,
  );
}
