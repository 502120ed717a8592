import type { ModelState, VersionSummary } from "../repository/model-state.ts";

/**
 * The models of the whole, from what each process holds: a version is as far as
 * the process that is furthest behind with it. The first process that is given
 * says which models and versions there are.
 */
export function wholeModels(held: readonly (readonly ModelState[])[]): readonly ModelState[] {
  const [first = [], ...others] = held;
  return first.map((model) => ({
    ...model,
    versions: model.versions.map(
      (version) =>
        [version, ...others.flatMap((models) => findVersion(models, model, version))].find(
          ({ isReady }) => !isReady,
        ) ?? version,
    ),
  }));
}

/**
 * Lists the versions whose states one process has otherwise than the whole,
 * e.g. `iris 2 UNAVAILABLE, not READY`; `absent` is what is not there.
 */
export function compareModels(
  whole: readonly ModelState[],
  held: readonly ModelState[],
): readonly string[] {
  const [expected, found] = [statesOf(whole), statesOf(held)];
  return [...new Set([...expected.keys(), ...found.keys()])].flatMap((version) => {
    const states = [found, expected].map((each) => each.get(version) ?? "absent");
    return states[0] === states[1] ? [] : [`${version} ${states.join(", not ")}`];
  });
}

function findVersion(
  models: readonly ModelState[],
  { name }: ModelState,
  { version }: VersionSummary,
): readonly VersionSummary[] {
  return models
    .filter((model) => model.name === name)
    .flatMap(({ versions }) => versions.filter((each) => each.version === version));
}

function statesOf(models: readonly ModelState[]): ReadonlyMap<string, string> {
  return new Map(
    models.flatMap(({ name, versions }) =>
      versions.map(({ version, status }) => [`${name} ${version}`, status.state.toUpperCase()]),
    ),
  );
}
