import { type DestinationStream, pino } from "pino";

/** How lines look: in JSON, or laid out for a person. */
export type LineFormat = "json" | "pretty";

/** Where lines go. */
export interface Destination {
  readonly stream: DestinationStream;
  /** How many lines were left out, because nobody read those before. */
  readonly leftOut: () => number;
}

/** How much waits, in bytes, for whoever reads the lines. */
const mostWaiting = 4 * 1024 * 1024;
const standardError = 2;

/**
 * Opens the standard error. Lines are written behind the program's back: one that
 * nobody reads costs the lines that come after, and never keeps a call waiting.
 */
export function openStandardError(): Destination {
  let leftOut = 0;
  const stream = pino.destination({
    dest: standardError,
    sync: false,
    minLength: 0,
    maxLength: mostWaiting,
  });
  stream.on("drop", () => {
    leftOut += 1;
  });
  return { stream, leftOut: () => leftOut };
}

/** Lays lines out for a person on their way to a stream. */
export async function layOut(stream: DestinationStream): Promise<DestinationStream> {
  const { prettyFactory } = await import("pino-pretty");
  const format = prettyFactory({
    colorize: process.env["NO_COLOR"] === undefined || process.env["NO_COLOR"] === "",
    ignore: "pid",
    singleLine: true,
    translateTime: "SYS:HH:MM:ss.l",
  });
  return { write: (line) => stream.write(format(line)) };
}
