import { SingleBar } from "cli-progress";
import { stringify } from "csv-stringify/sync";
import { loadKeeping } from "../config/load.ts";
import type { FeedbackEvent } from "../core/feedback.ts";
import type { Scoring } from "../core/scoring.ts";
import { openStore } from "../feedback/open-store.ts";
import { createScorings, type Scorings } from "../feedback/scorings.ts";
import type { FeedbackStore } from "../feedback/store.ts";
import type { Console, ExitCode } from "./console.ts";
import { readMoment } from "./moment.ts";

/** What `presage feedback export` is run with. */
export interface FeedbackExportCall {
  readonly flags: FeedbackExportFlags;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly console: Console;
}

/** The flags of `presage feedback export`. */
export interface FeedbackExportFlags {
  readonly model?: string;
  readonly modelVersion?: string;
  readonly since?: string;
  readonly format: "ndjson" | "csv";
  readonly config?: string;
  readonly data?: string;
  readonly store?: string;
}

/** The columns of an export. */
const columns = [
  "model",
  "version",
  "alias",
  "policy",
  "prediction",
  "row",
  "predicted_at",
  "reported_at",
  "answer",
  "scores",
  "truth",
  "reward",
] as const;

type ExportedRow = Readonly<Record<(typeof columns)[number], unknown>>;

const pageRows = 2000;

/** Writes every reported row that a store keeps, as it is known now, those reported last first. */
export async function exportFeedback(call: FeedbackExportCall): Promise<ExitCode> {
  const { flags, environment, console } = call;
  const since = flags.since === undefined ? 0 : readMoment(flags.since, Date.now());
  if (since === undefined) {
    console.err(
      `--since: expected a date such as 2026-11-01, or an age such as 7d, got ${flags.since}`,
    );
    return 2;
  }
  const keeping = loadKeeping({
    file: flags.config ?? environment["PRESAGE_CONFIG"],
    environment,
    flags: [
      ...(flags.data === undefined ? [] : [{ flag: "--data", config: { data: flags.data } }]),
      ...(flags.store === undefined ? [] : [{ flag: "--store", config: { store: flags.store } }]),
    ],
  });
  if (keeping.kind === "invalid") {
    for (const problem of keeping.problems) console.err(problem);
    return 2;
  }
  const { options } = keeping;
  if (options.store.kind === "off") {
    console.err("--store: expected sqlite or a postgres:// URL, as nothing is kept with off");
    return 2;
  }
  const store = await openStore({ data: options.data, store: options.store, mustExist: true });
  try {
    await writeRows(store, { flags, since, console });
  } finally {
    await store.close();
  }
  return 0;
}

interface Writing {
  readonly flags: FeedbackExportFlags;
  readonly since: number;
  readonly console: Console;
}

async function writeRows(store: FeedbackStore, { flags, since, console }: Writing): Promise<void> {
  const scorings = createScorings(store);
  const bar = console.isTerminal ? createBar() : undefined;
  const { model, modelVersion: version } = flags;
  let before: number | undefined = Number.POSITIVE_INFINITY;
  let written = 0;
  if (flags.format === "csv") console.out(columns.join(","));
  try {
    while (before !== undefined) {
      const page = await store.readRows({ model, version, since, before, limit: pageRows });
      for (const event of page.rows) console.out(writeRow(await describe(event, scorings), flags));
      written += page.rows.length;
      bar?.update(written);
      before = page.next;
    }
  } finally {
    bar?.stop();
  }
  console.err(`${written} rows`);
}

function createBar(): SingleBar {
  const format = "exporting {value} rows | {duration_formatted}";
  const bar = new SingleBar({ format, stream: process.stderr, hideCursor: true });
  bar.start(Number.MAX_SAFE_INTEGER, 0);
  return bar;
}

async function describe(event: FeedbackEvent, scorings: Scorings): Promise<ExportedRow> {
  const { slice, truth, reward } = event;
  const scoring = await scorings.find(slice.scoring);
  return {
    model: slice.model,
    version: slice.version,
    alias: slice.alias,
    policy: slice.policy,
    prediction: Buffer.from(event.prediction).toString("hex"),
    row: event.row,
    predicted_at: new Date(event.predictedAt).toISOString(),
    reported_at: new Date(event.reportedAt).toISOString(),
    answer: scoring.kind === "other" ? null : nameOf(event.answer, scoring),
    scores: event.scores,
    truth: truth === undefined ? null : nameOf(truth, scoring),
    reward: reward ?? null,
  };
}

/** What the model answers for a class: its value, not the index by which it is counted. */
function nameOf(answer: number, scoring: Scoring): number | string | null {
  if (scoring.kind !== "binary" && scoring.kind !== "multiclass") return answer;
  return scoring.classes[answer]?.value ?? null;
}

function writeRow(row: ExportedRow, { format }: FeedbackExportFlags): string {
  if (format === "ndjson") return JSON.stringify(row);
  const cells = columns.map((column) => {
    const value = row[column];
    return Array.isArray(value) ? value.join(" ") : (value ?? "");
  });
  return stringify([cells], { record_delimiter: "" });
}
