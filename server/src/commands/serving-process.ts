import { buildServer } from "../main.ts";
import { openProcessPort } from "../processes/process-port.ts";
import { runServingProcess } from "../processes/serving-process.ts";
import type { ServerLog } from "../telemetry/log/server-log.ts";
import type { Console, ExitCode } from "./console.ts";
import { prepareHeap } from "./heap.ts";
import { openLog } from "./open-log.ts";

/** Serves as one process of several, for the `presage serve --processes` that started it. */
export async function servingProcess(console: Console): Promise<ExitCode> {
  const port = openProcessPort();
  if (port === undefined) {
    console.err("this is a part of presage serve --processes, which starts it itself");
    return 2;
  }
  prepareHeap();
  let log: ServerLog | undefined;
  await runServingProcess(
    port,
    async (options, collectWhole) => {
      log = await openLog(options.log, console);
      return buildServer(options, log, collectWhole);
    },
    (level) => log?.setLevel(level),
  );
  log?.close();
  return 0;
}
