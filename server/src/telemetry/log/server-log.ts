import { type DestinationStream, pino } from "pino";
import type { Log, LogFields, LogLevel } from "../../core/log.ts";
import { type LineFormat, layOut, openStandardError } from "./destination.ts";
import { createLineLimit } from "./line-limit.ts";
import { tellError, withoutPasswords } from "./told-error.ts";

/** The log of a server. */
export interface ServerLog {
  readonly log: Log;
  /** Tells of a fault of the server itself, with where it happened. */
  readonly reportFault: (fault: unknown) => void;
  /** Whether lines of this level are written. */
  readonly tells: (level: LogLevel) => boolean;
  /** How many lines were left out so far, as there were too many. */
  readonly linesLeftOut: () => number;
  /** The least level that is written. */
  readonly level: LogLevel;
  /** Writes lines from this level on. */
  setLevel(level: LogLevel): void;
  /** Writes how many lines were left out lately. */
  close(): void;
}

/** How a log is written. */
export interface ServerLogOptions {
  /** The least level that is written. */
  readonly level: LogLevel;
  readonly format: LineFormat;
  /** Where lines go. @default the standard error */
  readonly stream?: DestinationStream;
}

interface Line {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/**
 * Opens a log: a line of JSON for each event, or one that is laid out for a
 * person. Of one kind, that is with one message, code and reason, it writes at
 * most 10 lines a second, and then one that says how many were left out. Answered
 * calls are told by choice alone, and so they all are; at the level `debug` all
 * lines are.
 */
export async function openServerLog(options: ServerLogOptions): Promise<ServerLog> {
  const { stream, leftOut } =
    options.stream === undefined
      ? openStandardError()
      : { stream: options.stream, leftOut: () => 0 };
  const logger = pino(
    {
      level: options.level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => tellError(error) },
    },
    options.format === "pretty" ? await layOut(stream) : stream,
  );
  let level = options.level;

  const limit = createLineLimit<Line>({
    leftOut: ({ level: of, message, fields: { code, reason } }, count) => {
      const fields = { code, reason, left_out: count };
      const text = `${count} more lines like this were left out: ${withoutPasswords(message)}`;
      logger[of](fields, text);
    },
  });

  const write = (kind: string, line: Line): void => {
    if (!logger.isLevelEnabled(line.level)) return;
    const isChosen = logger.isLevelEnabled("debug") || line.fields["code"] === "OK";
    if (!isChosen && !limit.admit(kind, line)) return;
    logger[line.level](line.fields, withoutPasswords(line.message));
  };

  return {
    log(of, message, fields = {}) {
      const { code = "", reason = "" } = fields;
      write(`${message} ${String(code)} ${String(reason)}`, { level: of, message, fields });
    },
    reportFault(fault) {
      const { type, reason, message } = tellError(fault);
      write(`fault ${type} ${reason}`, {
        level: "error",
        message: `fault: ${message ?? reason ?? type}`,
        fields: { err: fault },
      });
    },
    tells: (of) => logger.isLevelEnabled(of),
    linesLeftOut: () => limit.leftOut + leftOut(),
    get level() {
      return level;
    },
    setLevel(least) {
      level = least;
      logger.level = least;
    },
    close: () => limit.flush(),
  };
}
