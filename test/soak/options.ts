import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface SoakOptions {
  /** How long calls are made. */
  readonly minutes: number;
  /** Calls a second, some of which are several requests. */
  readonly rate: number;
  /** The processes that serve. */
  readonly processes: number;
  readonly json: boolean;
}

/** What a command line means. */
export type ParsedOptions =
  | { readonly kind: "run"; readonly options: SoakOptions }
  | { readonly kind: "help" }
  | { readonly kind: "wrong"; readonly reason: string };

/** What is done where nothing is said. */
const defaults = { minutes: 20, rate: 100, processes: 1 } as const;
const most = { minutes: 7 * 24 * 60, rate: 5000, processes: 64 } as const;

/** Growth of memory that passes though it is more than noise, in MB (10^6 bytes) an hour. */
export const allowedGrowth = 10;
/** Memory is judged if it was watched for so many minutes once the server was warm. */
export const judgedMinutes = 5;

/** How much of the begin is left out where memory is judged: a quarter, at most ten minutes. */
export function warmUpMinutes(minutes: number): number {
  return Math.min(minutes / 4, 10);
}

/** Reads the command line. */
export function parseOptions(args: readonly string[]): ParsedOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        minutes: { type: "string" },
        rate: { type: "string" },
        processes: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) return { kind: "help" };
    const numbers = {
      minutes: numberOf("minutes", values.minutes),
      rate: numberOf("rate", values.rate),
      processes: numberOf("processes", values.processes),
    };
    if (!Number.isInteger(numbers.processes))
      return {
        kind: "wrong",
        reason: `--processes: expected a whole number, got ${numbers.processes}`,
      };
    return { kind: "run", options: { ...numbers, json: values.json } };
  } catch (error) {
    return { kind: "wrong", reason: error instanceof Error ? error.message : String(error) };
  }
}

function numberOf(name: keyof typeof defaults, text: string | undefined): number {
  if (text === undefined) return defaults[name];
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (number > 0 && number <= most[name]) return number;
  throw new Error(`--${name}: expected a number above 0, at most ${most[name]}, got "${text}"`);
}

/** What `--help` says. */
export function describeOptions(): string {
  return `Usage: npm run soak -- [--minutes <n>] [--rate <n>] [--processes <n>] [--json]

Serves the example models for a long time, with SQLite in a temporary directory, and
makes calls of every kind at a steady rate, whatever the answers: every protocol, rows
and tensors, streams, typed services, feedback with corrections, rewards and forged
ids, Metrics and WatchMetrics, bad input, calls that are cancelled or come too late,
and slow clients. Every answer is compared with what the model says of its very rows,
and every refusal with the code that it must have. Linux only: it reads /proc.

  --minutes <n>    how long (default: ${defaults.minutes})
  --rate <n>       calls a second (default: ${defaults.rate}); one that reports feedback, or
                   streams, is several requests
  --processes <n>  the processes that serve (default: ${defaults.processes})
  --json           print what was measured as one JSON document, at the end
  -h, --help       print this

Each minute it prints a line: calls, unexpected errors and what they were, latency
from the time at which a call was due, and the server's memory (of all its processes),
as it is and right after its garbage was collected, which is done twice a minute.
At the end it prints how fast the latter grows: the median slope of all pairs of samples
(Theil and Sen), with its interval of 95 %, without the first quarter of the time, or
the first ten minutes. Growth within noise passes, and so does growth of at most
${allowedGrowth} MB an hour; less than ${judgedMinutes} minutes of samples are not judged.
Ctrl-C ends it early, with what was measured until then.
The server may let a call wait for its turn for a minute, so that a pause of the
machine is seen in the latency instead of refusals.

Exit codes: 0 no unexpected error, and memory does not grow; 1 else; 2 called wrongly.`;
}
