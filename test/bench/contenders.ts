import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Exchange, Protocol } from "./load/connection.ts";
import type { LoadGenerator } from "./load/start.ts";
import { type Environment, type ServerProgram, startServer } from "./process.ts";
import { checkPrediction, expectLength, predictExchange } from "./requests.ts";

/** Something that is measured. */
export interface Contender {
  readonly name: string;
  readonly protocols: readonly Protocol[];
  /** Whether it predicts; else it answers bytes that mean nothing. */
  readonly predicts: boolean;
  /** Starts it for one protocol. Echoes answer messages of `answerBytes`. */
  readonly start: (protocol: Protocol, answerBytes: number) => Promise<ServerProgram>;
}

/**
 * Starts the real command line on a directory of models, by default with a core
 * to itself. What it keeps lies in a directory of its own, which goes with it.
 */
export async function startPresage(
  models = "examples/models",
  role: "server" | "shared" = "server",
  flags: readonly string[] = [],
  environment: Environment = {},
): Promise<ServerProgram> {
  const data = mkdtempSync(join(tmpdir(), "presage-bench-data-"));
  const args = ["serve", models, "--host", "127.0.0.1", "--port", "0", "--json", "--data", data];
  const command = "../../server/bin/presage.js";
  const program = startServer(command, [...args, ...flags], role, environment);
  // Once it is killed, which happens first when the bench itself ends.
  const remove = (): void => rmSync(data, { recursive: true, force: true });
  process.once("exit", remove);
  const { stop, ...running } = await program;
  return {
    ...running,
    async stop() {
      await stop();
      process.off("exit", remove);
      remove();
    },
  };
}

/** Everything that is compared, in the order of the table. */
export const contenders: readonly Contender[] = [
  {
    name: "presage",
    protocols: ["grpc", "json"],
    predicts: true,
    start: () => startPresage(),
  },
  {
    name: "connect-node",
    protocols: ["grpc", "json"],
    predicts: true,
    start: (protocol) => startServer("servers/connect-node.ts", [protocol]),
  },
  {
    name: "grpc-js",
    protocols: ["grpc"],
    predicts: true,
    start: () => startServer("servers/grpc-js.ts", []),
  },
  {
    name: "http2-echo",
    protocols: ["grpc"],
    predicts: false,
    start: (_, answerBytes) => startServer("servers/http2-echo.ts", [String(answerBytes)]),
  },
  {
    name: "http-echo",
    protocols: ["json"],
    predicts: false,
    start: (_, answerBytes) => startServer("servers/http-echo.ts", [String(answerBytes)]),
  },
];

/** A contender that runs, on one protocol. */
export interface Competitor {
  readonly name: string;
  readonly protocol: Protocol;
  readonly program: ServerProgram;
  /** What it is asked, and how long its answers are. */
  readonly exchange: Exchange;
}

/** The length of Presage's answers, which the echoes are given. */
export type AnswerLengths = Readonly<Record<Protocol, number>>;

/** Starts a contender on a protocol and checks its first answer. */
export async function startCompetitor(
  { name, predicts, start }: Contender,
  protocol: Protocol,
  { load, lengths }: { readonly load: LoadGenerator; readonly lengths: AnswerLengths },
): Promise<Competitor> {
  const program = await start(protocol, lengths[protocol]);
  const exchange = predictExchange(protocol, program.port);
  const answer = await load.call(exchange);
  if (predicts) checkPrediction(protocol, answer);
  return { name, protocol, program, exchange: expectLength(exchange, answer.length) };
}
