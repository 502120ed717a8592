import { type Command, Option } from "commander";
import { processConsole } from "../commands/console.ts";
import { run } from "./run.ts";

const modelsArgument = ["[models...]", "only these models (default: every model)"] as const;

/** Adds `presage contract`. */
export function addContract(program: Command): void {
  const contract = program
    .command("contract")
    .summary("work with the typed services of models")
    .description(
      "Works with contracts: the typed service that each model is served as, which is derived from its features, outputs and classes.",
    );

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
        const { lockContracts } = await import("../commands/contract-lock.ts");
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
        const { checkContracts } = await import("../commands/contract-check.ts");
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
          const { exportContracts } = await import("../commands/contract-export.ts");
          return exportContracts({ directory, models, ...flags, console: processConsole });
        }),
    );
}

/** Adds `presage sdk`. */
export function addSdk(program: Command): void {
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
          const { generateSdk } = await import("../commands/sdk.ts");
          return generateSdk({ url, models, ...flags, console: processConsole });
        }),
    );
}
