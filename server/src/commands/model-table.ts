import type { ModelState } from "../repository/model-state.ts";
import { layOutTable } from "./console.ts";

/** What the table shows of a model. */
export interface TabledModel {
  readonly name: string;
  readonly task: string;
  readonly problem: string;
  readonly aliases: readonly (readonly [alias: string, version: string])[];
  readonly versions: readonly TabledVersion[];
}

/** What the table shows of a version. */
export interface TabledVersion {
  readonly version: string;
  readonly state: string;
  readonly reason: string;
}

const ready = "READY";

/** Lays out models, their versions and states, one line each, with the reasons of those not ready. */
export function layOutModels(models: readonly TabledModel[]): readonly string[] {
  const rows = models.flatMap((model) => {
    if (model.versions.length === 0)
      return [[model.name, "-", "UNAVAILABLE", model.task, model.problem]];
    return model.versions.map(({ version, state, reason }) => {
      const names = model.aliases
        .filter(([, target]) => target === version)
        .map(([alias]) => alias);
      const shown = names.length > 0 ? `${version} (${names.join(", ")})` : version;
      return [model.name, shown, state, model.task, state === ready ? "" : reason];
    });
  });
  return layOutTable(["MODEL", "VERSION", "STATE", "TASK", ""], rows);
}

/** Reads what the table shows of a model that this process holds. */
export function tableOf({ name, task, problem, aliases, versions }: ModelState): TabledModel {
  return {
    name,
    task,
    problem,
    aliases: [...aliases].map(([alias, version]) => [alias, version.toString()] as const),
    versions: versions.map(({ version, status }) => ({
      version: version.toString(),
      state: status.state.toUpperCase(),
      reason: status.reason,
    })),
  };
}
