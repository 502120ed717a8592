import type { ModelState } from "../repository/model-state.ts";
import { modelStates } from "../telemetry/instruments.ts";
import type { Reading } from "../telemetry/snapshot.ts";

/** Tells of each version in which state it is: 1 of that one, and 0 of the others. */
export function exposeModels(
  models: readonly ModelState[],
): readonly Reading<"model" | "version" | "state">[] {
  return models.flatMap(({ name, versions }) =>
    versions.flatMap(({ version, status }) =>
      modelStates.map((state) => ({
        attributes: { model: name, version: `${version}`, state },
        value: Number(state === status.state),
      })),
    ),
  );
}
