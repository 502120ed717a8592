import { type Command, Option } from "commander";
import { processConsole } from "../commands/console.ts";
import type { FeedbackExportFlags } from "../commands/feedback-export.ts";
import { run } from "./run.ts";

/** Adds `presage feedback`. */
export function addFeedback(program: Command): void {
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
        const { exportFeedback } = await import("../commands/feedback-export.ts");
        return exportFeedback({ flags, environment: process.env, console: processConsole });
      }),
    );
}

/** Adds `presage reference`. */
export function addReference(program: Command): void {
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
        const { buildReference } = await import("../commands/reference.ts");
        return buildReference({ path, data, console: processConsole });
      }),
    );
}
