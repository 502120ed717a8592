import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { StoreChoice } from "../../server/src/feedback/open-store.ts";
import type { FeedbackStore } from "../../server/src/feedback/store.ts";

const writer = fileURLToPath(new URL("feedback-writer.ts", import.meta.url));

/** The store of a place: a PostgreSQL's URL, or a directory. */
export function openChoice(place: string): StoreChoice {
  return place.startsWith("postgres:")
    ? { data: "", store: { kind: "postgres", url: place } }
    : { data: place, store: { kind: "sqlite" } };
}

/** What a writer is started with. */
export interface WriterOptions {
  /** A PostgreSQL's URL, or a directory. */
  readonly place: string;
  /** The number of its first report. */
  readonly first: number;
  /** It is killed when so many of its reports are acknowledged. @default never */
  readonly killAfter?: number;
  /** The largest file that it may write, in KiB. @default any */
  readonly fileKiB?: number;
}

/** What a writer has left behind. */
export interface Written {
  /** The reports that were acknowledged, by their numbers. */
  readonly acknowledged: readonly number[];
  /** What it wrote to its standard error. */
  readonly errors: string;
}

/** Runs a program that reports as fast as it can, until it is killed or fails. */
export async function runWriter(options: WriterOptions): Promise<Written> {
  const { place, first, killAfter = Infinity, fileKiB } = options;
  const limit = fileKiB === undefined ? "" : `ulimit -f ${fileKiB}; `;
  const child = spawn(
    "bash",
    ["-c", `${limit}exec "$@"`, "bash", process.execPath, writer, place, `${first}`],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const acknowledged: number[] = [];
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  createInterface({ input: child.stdout }).on("line", (line) => {
    acknowledged.push(Number(line));
    if (acknowledged.length >= killAfter) child.kill("SIGKILL");
  });
  await once(child, "close");
  return { acknowledged, errors };
}

/** How often each row is counted in a store, by the number of its report. */
export async function countRows(store: FeedbackStore): Promise<ReadonlyMap<number, number>> {
  const counts = new Map<number, number>();
  for (let after = 0; ; ) {
    const page = await store.readEvents(after, 5000);
    if (page.kind === "snapshot" || page.events.length === 0) return counts;
    for (const { prediction, sequence } of page.events) {
      const number = new DataView(prediction.buffer).getUint32(12);
      counts.set(number, (counts.get(number) ?? 0) + 1);
      after = sequence;
    }
  }
}
