import { Command, InvalidArgumentError, Option } from "commander";
import { type ExitCode, processConsole } from "./commands/console.ts";
import type { FeedbackExportFlags } from "./commands/feedback-export.ts";
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

/**
 * Runs a command and ends the process with its exit code. Commands are loaded
 * when they are run: a server carries nothing of the others.
 */
async function run(command: () => Promise<ExitCode>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    const { describeFailure } = await import("./commands/failure.ts");
    for (const line of describeFailure(error)) processConsole.err(line);
    process.exitCode = 1;
  }
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
  .option("--config <file>", "a YAML file of settings (or PRESAGE_CONFIG)")
  .option("--json", "print where the server listens, and its models, as one line of JSON")
  .addHelpText(
    "after",
    `
Settings: defaults, then the file, then the environment, then flags; the last wins.
Each setting of the file has a variable: limits.maxRequestBytes is
PRESAGE_LIMITS_MAX_REQUEST_BYTES. MODEL_DIR also names the directory of models.

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

const feedback = program
  .command("feedback")
  .summary("work with the feedback that a server keeps")
  .description("Works with the feedback that a server keeps, straight from its store.");

feedback
  .command("export")
  .summary("write every reported row, as NDJSON or CSV")
  .description(
    "Writes every reported row that a store keeps to the standard output, those reported last first. The server may go on meanwhile.",
  )
  .option("-m, --model <model>", "only this model (default: every model)")
  .option("--model-version <number>", "only this version (default: every version)")
  .option("--since <time>", "only rows reported since a date, or an age: 2026-11-01, 12h, 7d")
  .addOption(
    new Option("-f, --format <format>", "how rows are written")
      .choices(["ndjson", "csv"])
      .default("ndjson"),
  )
  .option("--data <dir>", "the server's directory for its own state (default: data)")
  .option("--store <store>", "the server's store: sqlite or a postgres:// URL (default: sqlite)")
  .option("--config <file>", "the server's YAML file of settings (or PRESAGE_CONFIG)")
  .addHelpText(
    "after",
    `
Each row has: model, version, alias, policy, prediction, row, predicted_at,
reported_at, answer, scores, truth, reward. Answers and truths of classes are the
values that the model answers.

Examples:
  $ presage feedback export --model breast-cancer --since 7d > feedback.ndjson
  $ presage feedback export --format csv --store postgres://user@host/presage > feedback.csv`,
  )
  .action((flags: FeedbackExportFlags) =>
    run(async () => {
      const { exportFeedback } = await import("./commands/feedback-export.ts");
      return exportFeedback({ flags, environment: process.env, console: processConsole });
    }),
  );

const reference = program
  .command("reference")
  .summary("work with what drift is measured against")
  .description("Works with the reference of a version: what its drift is measured against.");

reference
  .command("build")
  .summary("make a version's reference of its training rows")
  .description(
    "Runs a version over a file of rows, and writes how their values and its answers are spread to the file reference.json beside its model file. No row is kept in it.",
  )
  .argument("<path>", "<models-dir>/<model>[/<version>] (default: the highest version)")
  .requiredOption(
    "-d, --data <path>",
    "the rows that it was trained on: .json, .ndjson, .jsonl or .csv with a header",
  )
  .addHelpText(
    "after",
    `
Columns of the file that are no features, such as the truth, are left out. Build it
again when the features of the manifest change. Without this file, the first rows
that a server predicts are the reference.

Example:
  $ presage reference build models/boston-housing/1 --data train.csv`,
  )
  .action((path: string, { data }: { data: string }) =>
    run(async () => {
      const { buildReference } = await import("./commands/reference.ts");
      return buildReference({ path, data, console: processConsole });
    }),
  );

const contract = program
  .command("contract")
  .summary("work with the typed services of models")
  .description(
    "Works with contracts: the typed service that each model is served as, which is derived from its features, outputs and classes.",
  );

const modelsArgument = ["[models...]", "only these models (default: every model)"] as const;

contract
  .command("lock")
  .summary("write down the numbers that callers are compiled against")
  .description(
    "Writes <dir>/<model>/contract.lock: the number of every field and enum value, and which versions belong to which contract. What is there keeps its number; keep the file with the model.",
  )
  .argument("<dir>", "the directory of models")
  .argument(...modelsArgument)
  .option(
    "--breaking",
    "take what breaks callers; names and numbers that are gone stay reserved",
    false,
  )
  .action((directory: string, models: readonly string[], { breaking }: { breaking: boolean }) =>
    run(async () => {
      const { lockContracts } = await import("./commands/contract-lock.ts");
      return lockContracts({ directory, models, breaking, console: processConsole });
    }),
  );

contract
  .command("check")
  .summary("tell whether versions keep to their contracts")
  .description(
    "Compares every version with the lock and with the versions before it, and fails if one would break callers. Breaks are named as by buf breaking.",
  )
  .argument("<dir>", "the directory of models")
  .argument(...modelsArgument)
  .action((directory: string, models: readonly string[]) =>
    run(async () => {
      const { checkContracts } = await import("./commands/contract-check.ts");
      return checkContracts({ directory, models, console: processConsole });
    }),
  );

contract
  .command("export")
  .summary("write contracts as .proto files")
  .description("Writes every contract as a .proto file, from which clients are generated.")
  .argument("[dir]", "the directory of models", "models")
  .argument(...modelsArgument)
  .requiredOption("-o, --out <dir>", "the directory to write to, e.g. proto")
  .option("--imports", "also write buf/validate/validate.proto, which they import", false)
  .addHelpText(
    "after",
    `
Examples:
  $ presage contract export models --out proto
  $ presage contract export models iris --out proto --imports`,
  )
  .action(
    (directory: string, models: readonly string[], flags: { out: string; imports: boolean }) =>
      run(async () => {
        const { exportContracts } = await import("./commands/contract-export.ts");
        return exportContracts({ directory, models, ...flags, console: processConsole });
      }),
  );

program
  .command("sdk")
  .summary("generate a typed TypeScript client of a running server's models")
  .description(
    "Reads the contracts of a running server by reflection, and writes TypeScript: for each model a function that makes its client, with types for its features, answers and classes.",
  )
  .argument("<url>", "where the server is, e.g. http://localhost:8080")
  .argument(...modelsArgument)
  .requiredOption("-o, --out <dir>", "the folder to write to, e.g. src/presage")
  .addOption(
    new Option("--import-extension <extension>", "how imports between the files end")
      .choices(["ts", "js"])
      .default("ts"),
  )
  .addHelpText(
    "after",
    `
Run it again when contracts have changed: it replaces what it has generated, and
leaves other files alone. Node runs the code as it is, and so do bundlers; to compile
it with tsc, set rewriteRelativeImportExtensions, or take --import-extension js.

Examples:
  $ presage sdk http://localhost:8080 --out src/presage
  $ presage sdk https://models.example.com oncology iris --out src/presage

Then, in TypeScript:
  import { createGrpcTransport } from "@connectrpc/connect-node";
  import { createIris } from "./presage/index.ts";

  const iris = createIris(createGrpcTransport({ baseUrl: "http://localhost:8080" }));
  const answer = await iris.predict({ sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2 });`,
  )
  .action(
    (
      url: string,
      models: readonly string[],
      flags: { out: string; importExtension: "ts" | "js" },
    ) =>
      run(async () => {
        const { generateSdk } = await import("./commands/sdk.ts");
        return generateSdk({ url, models, ...flags, console: processConsole });
      }),
  );

await program.parseAsync();
