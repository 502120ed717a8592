import { Command, InvalidArgumentError, Option } from "commander";
import { addContract, addSdk } from "./cli/contracts.ts";
import { addHealth } from "./cli/health.ts";
import { addFeedback, addReference } from "./cli/kept-state.ts";
import { run } from "./cli/run.ts";
import { processConsole } from "./commands/console.ts";
import type { ServeFlags } from "./commands/serve.ts";

const defaultUrl = process.env["PRESAGE_URL"] ?? "http://localhost:8080";

/** Resolves at the first signal to stop; the second ends the process at once. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      for (const signal of ["SIGTERM", "SIGINT"] as const) {
        process.removeListener(signal, stop);
        process.once(signal, () => process.exit(1));
      }
      resolve();
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
  });
}

function readCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError("expected a number of at least 1");
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

const urlOption = new Option("-u, --url <url>", "where the server is (or PRESAGE_URL)").default(
  defaultUrl,
);

const program = new Command("presage")
  .description("Serves machine-learning models over gRPC, gRPC-Web and Connect, on one port.")
  .version("0.1.0")
  .showHelpAfterError("(add --help for what can be said)")
  .configureOutput({ outputError: (text, write) => write(text) })
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : 2);
  })
  .addHelpText(
    "after",
    `
Start here:
  $ presage serve examples/models          serve every model of a directory
  $ presage models                         list the models of a running server
  $ presage predict iris --row '[5.1,3.5,1.4,0.2]'
  $ presage check examples/models          try the models out before serving them

Exit codes: 0 done, 1 failed, 2 called wrongly.`,
  );

program
  .command("serve")
  .summary("serve a directory of models")
  .description(
    "Serves every model of a directory, laid out as <dir>/<model>/<version>/model.onnx with an optional <dir>/<model>/model.yaml.",
  )
  .argument("[dir]", "the directory of models (default: models)")
  .option("--host <address>", "the address to listen on (default: 0.0.0.0)")
  .option("--port <number>", "the port to listen on; 0 takes any free one (default: 8080)")
  .option("--processes <number>", "the processes that serve; 0 is one for each core (default: 1)")
  .option("--data <dir>", "the directory for the server's own state (default: data)")
  .option(
    "--store <store>",
    "where feedback is kept: sqlite, a postgres:// URL, or off (default: sqlite, in --data)",
  )
  .option("--tls-cert <file>", "the certificate chain in PEM; turns TLS on, with --tls-key")
  .option("--tls-key <file>", "the certificate's private key in PEM")
  .option(
    "--cors-origin <origin>",
    "a web page's origin that may call, or *; may be repeated",
    collect,
  )
  .option("--log-level <level>", "debug, info, warn or error (default: info)")
  .option(
    "--log-format <format>",
    "json, pretty, or auto: pretty on a terminal, json elsewhere (default: auto)",
  )
  .option("--config <file>", "a YAML file of settings (or PRESAGE_CONFIG)")
  .option("--json", "print where the server listens, and its models, as one line of JSON")
  .addHelpText(
    "after",
    `
Settings: defaults, then the file, then the environment, then flags; the last wins.
Each setting of the file has a variable: limits.maxRequestBytes is
PRESAGE_LIMITS_MAX_REQUEST_BYTES. MODEL_DIR also names the directory of models.

Signals: SIGTERM and SIGINT stop the server once it has answered its calls; a
second one ends it at once. SIGUSR2 sets the log's level to debug, which tells of
every call, and the next one sets it back: kill -USR2 <pid>.

Examples:
  $ presage serve ./models --port 0
  $ presage serve ./models --processes 0
  $ presage serve ./models --tls-cert cert.pem --tls-key key.pem --port 8443
  $ PRESAGE_TIMEOUTS_DRAIN=60s presage serve ./models`,
  )
  .action((directory: string | undefined, flags: ServeFlags) =>
    run(async () => {
      const { serve } = await import("./commands/serve.ts");
      return serve({
        directory,
        flags,
        environment: process.env,
        console: processConsole,
        stop: untilSignal(),
        onDebugSignal: (toggle) => process.on("SIGUSR2", toggle),
      });
    }),
  );

program.command("serving-process", { hidden: true }).action(() =>
  run(async () => {
    const { servingProcess } = await import("./commands/serving-process.ts");
    return servingProcess(processConsole);
  }),
);

program
  .command("models")
  .summary("list the models of a running server")
  .description("Lists the models of a running server, with their versions and states.")
  .addOption(urlOption)
  .option("--json", "print everything that the server tells, as JSON", false)
  .action(({ url, json }: { url: string; json: boolean }) =>
    run(async () => {
      const { models } = await import("./commands/models.ts");
      return models({ url, json, console: processConsole });
    }),
  );

interface PredictFlags {
  readonly url: string;
  readonly modelVersion?: string;
  readonly row?: string;
  readonly file?: string;
  readonly batchSize: number;
  readonly json: boolean;
}

program
  .command("predict")
  .summary("predict one row, or a file of rows")
  .description("Asks a running server for predictions, and prints one line of JSON for each row.")
  .argument("<model>", "the model's name")
  .addOption(urlOption)
  .option("-r, --row <json>", "one row: an object of features, or a list of their values")
  .option("-f, --file <path>", "a file of rows: .json, .ndjson, .jsonl or .csv with a header")
  .option("--model-version <version>", "a version's number or an alias (default: the routed one)")
  .option("--batch-size <rows>", "the rows of one request, with --file", readCount, 100)
  .option("--json", "print whole answers, with prediction id, version and tags", false)
  .addHelpText(
    "after",
    `
Examples:
  $ presage predict iris --row '[5.1, 3.5, 1.4, 0.2]'
  $ presage predict boston-housing --file houses.csv > answers.ndjson`,
  )
  .action((model: string, flags: PredictFlags) =>
    run(async () => {
      const { predict } = await import("./commands/predict.ts");
      return predict({
        model,
        url: flags.url,
        version: flags.modelVersion,
        row: flags.row,
        file: flags.file,
        batchSize: flags.batchSize,
        json: flags.json,
        console: processConsole,
      });
    }),
  );

program
  .command("check")
  .summary("try a directory of models out, without serving it")
  .description(
    "Reads every manifest, loads every version and checks its golden examples. Fails if anything would not serve.",
  )
  .argument("<dir>", "the directory of models")
  .option("--json", "print the result as JSON", false)
  .action((directory: string, { json }: { json: boolean }) =>
    run(async () => {
      const { check } = await import("./commands/check.ts");
      return check({ directory, json, console: processConsole });
    }),
  );

addHealth(program);
addFeedback(program);
addReference(program);
addContract(program);
addSdk(program);

await program.parseAsync();
