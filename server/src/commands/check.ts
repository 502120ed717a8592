import { systemClock } from "../core/clock.ts";
import { createInlineExecutor } from "../engine/inline-executor.ts";
import { createOnnxRuntime } from "../engine/runtimes/onnx.ts";
import { createDirectorySource } from "../repository/directory-source.ts";
import { createLoader } from "../repository/loader.ts";
import { createManager } from "../repository/manager.ts";
import type { Console, ExitCode } from "./console.ts";
import { layOutModels, tableOf } from "./model-table.ts";

/** What `presage check` is run with. */
export interface CheckCall {
  readonly directory: string;
  readonly json: boolean;
  readonly console: Console;
}

/** Loads every version of a directory and checks its golden examples, without serving. */
export async function check({ directory, json, console }: CheckCall): Promise<ExitCode> {
  const loader = createLoader({
    runtime: createOnnxRuntime(),
    executor: createInlineExecutor(),
    clock: systemClock,
  });
  const source = createDirectorySource(directory);
  const manager = createManager({ source, loader, clock: systemClock });
  try {
    await manager.start();
  } catch (error) {
    console.err(
      `cannot read ${directory}: ${error instanceof Error ? error.message : String(error)}`,
    );
    return 2;
  }
  const models = manager.models();
  await manager.close();
  if (json) console.out(JSON.stringify({ models: models.map(tableOf) }, undefined, 2));
  else if (models.length > 0)
    for (const line of layOutModels(models.map(tableOf))) console.out(line);
  if (models.length === 0)
    console.err(`${directory} holds no models: expected ${directory}/<model>/1/model.onnx`);
  const sound = models.every(
    ({ problem, versions }) => problem === "" && versions.every((version) => version.isReady),
  );
  return sound && models.length > 0 ? 0 : 1;
}
