import type { LogOptions } from "../config/options.ts";
import { openServerLog, type ServerLog } from "../telemetry/log/server-log.ts";
import type { Console } from "./console.ts";

/** Opens the log of a server as its options say, on the standard error. */
export function openLog(
  { level, format }: LogOptions,
  { isTerminal }: Pick<Console, "isTerminal">,
): Promise<ServerLog> {
  const usual = isTerminal ? "pretty" : "json";
  return openServerLog({ level, format: format === "auto" ? usual : format });
}
