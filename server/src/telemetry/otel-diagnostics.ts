import { DiagLogLevel, diag } from "@opentelemetry/api";
import type { Log, LogLevel } from "../core/log.ts";

/** Has OpenTelemetry write to the log what goes wrong with it. */
export function sendDiagnosticsTo(log: Log): void {
  const tell =
    (level: LogLevel) =>
    (message: string): void =>
      log(level, `OpenTelemetry: ${message}`);
  const logger = {
    error: tell("error"),
    warn: tell("warn"),
    info: tell("info"),
    debug: tell("debug"),
    verbose: tell("debug"),
  };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}
