import { buildServer } from "../main.ts";
import { openProcessPort } from "../processes/process-port.ts";
import { runServingProcess } from "../processes/serving-process.ts";
import type { Console, ExitCode } from "./console.ts";
import { reportersOf } from "./fault.ts";
import { prepareHeap } from "./heap.ts";

/** Serves as one process of several, for the `presage serve --processes` that started it. */
export async function servingProcess(console: Console): Promise<ExitCode> {
  const port = openProcessPort();
  if (port === undefined) {
    console.err("this is a part of presage serve --processes, which starts it itself");
    return 2;
  }
  prepareHeap();
  await runServingProcess(port, (options) => buildServer(options, reportersOf(console)));
  return 0;
}
