import { parseArgs } from "node:util";

/** How long everything takes. Times are in seconds. */
export interface Plan {
  /** Before anything is measured, each server gets this much time and this many calls, at least. */
  readonly warmUp: { readonly seconds: number; readonly calls: number };
  readonly rounds: number;
  /** The measurements of one server in one round. */
  readonly throughput: number;
  readonly oneAtATime: number;
  readonly halfLoad: number;
  /** Starts from nothing, for the cold start. */
  readonly starts: number;
  /** What ONNX Runtime alone gets for each batch size of the compute-bound model. */
  readonly batchSize: number;
  /** Each amount that is offered with `--overload`. */
  readonly overload: number;
  /** The calls of one server in one round with `--large`. */
  readonly large: { readonly calls: number };
  /** Each measurement in one round with `--isolation`: both as much time and as many calls. */
  readonly isolation: { readonly seconds: number; readonly calls: number };
}

/** The plan of a whole run, about eight minutes. */
export const fullPlan: Plan = {
  warmUp: { seconds: 10, calls: 40_000 },
  rounds: 5,
  throughput: 4,
  oneAtATime: 2,
  halfLoad: 4,
  starts: 5,
  batchSize: 1,
  overload: 10,
  large: { calls: 15 },
  isolation: { seconds: 3, calls: 2_000 },
};

/** The plan of `--quick`, under two minutes. */
export const quickPlan: Plan = {
  warmUp: { seconds: 2, calls: 6_000 },
  rounds: 5,
  throughput: 0.7,
  oneAtATime: 0.3,
  halfLoad: 0.4,
  starts: 3,
  batchSize: 0.08,
  overload: 3,
  large: { calls: 7 },
  isolation: { seconds: 0.5, calls: 1_000 },
};

/** The measurements that `--only` can name beside the contenders. */
export const extras = ["mlp", "start"] as const;

/** What can be measured instead of everything else. */
export const modes = [
  "overload",
  "client",
  "large",
  "isolation",
  "feedback",
  "typed",
  "telemetry",
] as const;

/** One of them. */
export type Mode = (typeof modes)[number];

/** What the command line asks for. */
export interface BenchOptions {
  readonly quick: boolean;
  readonly json: boolean;
  /** What to measure instead of everything else. */
  readonly mode: Mode | undefined;
  /** The names of contenders and measurements; all of them if undefined. */
  readonly only: ReadonlySet<string> | undefined;
}

/** What a command line means. */
export type ParsedOptions =
  | { readonly kind: "run"; readonly options: BenchOptions }
  | { readonly kind: "help" }
  | { readonly kind: "wrong"; readonly reason: string };

/** Reads the command line. `names` are those that `--only` may list. */
export function parseOptions(args: readonly string[], names: readonly string[]): ParsedOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        overload: { type: "boolean", default: false },
        client: { type: "boolean", default: false },
        large: { type: "boolean", default: false },
        isolation: { type: "boolean", default: false },
        feedback: { type: "boolean", default: false },
        typed: { type: "boolean", default: false },
        telemetry: { type: "boolean", default: false },
        only: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) return { kind: "help" };
    const only = values.only?.split(",").map((name) => name.trim());
    const unknown = only?.find((name) => !names.includes(name));
    if (unknown !== undefined)
      return {
        kind: "wrong",
        reason: `--only: unknown name "${unknown}"; known: ${names.join(", ")}`,
      };
    const [mode, another] = modes.filter((each) => values[each]);
    if (another !== undefined)
      return { kind: "wrong", reason: `--${mode} and --${another}: one of them at a time` };
    const { quick, json } = values;
    const options = { quick, json, mode, only: only && new Set(only) };
    return { kind: "run", options };
  } catch (error) {
    return { kind: "wrong", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** What `--help` says. */
export function describeOptions(names: readonly string[]): string {
  return `Usage: npm run bench -- [--quick] [--json]
         [--only <names> | --overload | --client | --large | --isolation | --feedback |
          --typed | --telemetry]

Measures Presage beside what it is compared with, each server alone on a core and
the load generator on another, and prints the medians of interleaved rounds.
Every run is also written to test/bench/results. Linux only: it reads /proc.

  --quick         shorter rounds, under two minutes instead of about eight
  --only <names>  only these, with commas: ${names.join(", ")}
  --overload      instead: offers 1, 2, 5 and 10 times what the server can answer, to a
                  compute-bound model and to a tiny one; calls are made on time
                  whatever the answers, and latency counts from when each was due
  --client        instead: the SDK beside stock connect-node and grpc-js as clients of
                  one server, by calls and by a stream, on one connection each
  --large         instead: 38.5 MB of FP32 there and back over gRPC, one call at a time,
                  beside a plain copy through node:http2 with the same windows
  --isolation     instead: health checks and a tiny model, one call at a time, alone and
                  beside a slow model (50 ms a run) that always runs. The server has all
                  cores here. On a machine with two cores the slow model's threads, the
                  server's event loop and the load generators compete for them, so that
                  tails say as much about the scheduler as about the server.
                  Alone, an idle core first has to wake for each call: p50 can be higher
  --feedback      instead: the truth of a row a call over gRPC, each row new, in SQLite and in
                  a PostgreSQL of its own, with 128 calls under way and with one, which is
                  one commit a row; and what ids that hold the answers cost Predict, beside
                  a server with --store off. Both stores lie in the system's directory for
                  temporary files (TMPDIR): on a real disk, please. PostgreSQL has all
                  cores, and so shares them with the server and the load generator; the
                  CPU time of its processes is not the server's, and is not counted.
                  SQLite's thread is the server's, and is
  --typed         instead: one row of 30 features by the model's own typed service, beside
                  the same row as a raw tensor of the generic one
  --telemetry     instead: what metrics, logs and traces cost a call, by the same server with
                  telemetry off, with metrics and logs, and with one of a hundred or every
                  call traced besides. Traces go to a receiver that only counts them, on the
                  load generator's core; a server that is busy drops spans that it cannot
                  send in time, so the spans that came are told
  --json          print the results as JSON instead of tables
  -h, --help      print this

CPU time for each call is the steadiest figure, and ratios within a run say more
than figures of different runs. Where the "load" column is near 100 % and the
"server" column is not, the rate is the load generator's, not the server's; where
neither is, other work takes the cores.
Exit codes: 0 measured, 1 a call or a server failed, 2 called wrongly.`;
}
