import type { LifeState } from "../../server/src/repository/lifecycle.ts";
import type { ModelState } from "../../server/src/repository/model-state.ts";

/** A model whose versions are in these states, for this reason. */
export function modelState(
  name: string,
  reason: string,
  states: Readonly<Record<string, LifeState>>,
): ModelState {
  return {
    name,
    displayName: name,
    description: "",
    task: "other",
    aliases: new Map(),
    problem: "",
    example: undefined,
    versions: Object.entries(states).map(([version, state]) => ({
      version: BigInt(version),
      status: { state, reason, since: 0 },
      isReady: state === "ready",
      signature: undefined,
    })),
  };
}
