import { createClient } from "@presage/sdk/node";
import type { Console, ExitCode } from "./console.ts";
import { layOutModels } from "./model-table.ts";

/** What `presage models` is run with. */
export interface ModelsCall {
  readonly url: string;
  readonly json: boolean;
  readonly console: Console;
}

/** Lists the models of a running server. */
export async function models({ url, json, console }: ModelsCall): Promise<ExitCode> {
  const found = await createClient({ baseUrl: url }).models();
  if (json) {
    console.out(JSON.stringify({ models: found }, undefined, 2));
    return 0;
  }
  const tabled = found.map((model) => ({ ...model, aliases: Object.entries(model.aliases) }));
  for (const line of layOutModels(tabled)) console.out(line);
  return 0;
}
