import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { postgresPassword } from "./postgres.ts";

/** What tests send, and no log may tell: a feature's value, a text, a caller's token. */
export const secrets: {
  readonly number: number;
  readonly text: string;
  readonly token: string;
} = { number: -271_828.182_845_9, text: "tell-nobody-7391", token: "bearer-of-secrets-4823" };

/** How what no log may tell would look in one, rounded or cut off too. */
const forbidden: readonly string[] = [
  "271828",
  "tell-nobody",
  "tell_nobody",
  "bearer-of-secrets",
  postgresPassword,
  // What the violations of a request say after the name of a field.
  ", got ",
  "PRIVATE KEY",
];

/** Every name that a line may have, so that a new one is thought about. */
const known: ReadonlySet<string> = new Set([
  ..."level time pid msg err left_out to url ready versions models processes store".split(" "),
  ..."trace_id method protocol model version code reason fields duration_ms".split(" "),
  ..."state problem file executor process wait_ms cut".split(" "),
]);

const variable = "KEPT_LOGS";

/** Keeps what a server wrote to its log, where the run of tests looks at the logs of all. */
export function keepLog(text: string): void {
  const directory = process.env[variable];
  if (directory !== undefined) appendFileSync(join(directory, `${process.pid}.log`), text);
}

/** Whether the run of tests looks at logs. */
export function keepsLogs(): boolean {
  return process.env[variable] !== undefined;
}

/** Says what a line of a log tells that it must not; empty if that is nothing. */
export function indiscretionsOf(line: string): readonly string[] {
  const told = forbidden.filter((text) => line.includes(text));
  // Lines of Node itself are no JSON.
  if (!line.startsWith("{")) return told;
  const names = Object.keys(JSON.parse(line) as object);
  return [...told, ...names.filter((name) => !known.has(name))];
}

/** Makes the place for the logs of a run of tests. */
export function setup(): void {
  process.env[variable] = mkdtempSync(join(tmpdir(), "presage-logs-"));
}

/** Fails the run if any server told in its log what it must not. */
export function teardown(): void {
  const directory = process.env[variable];
  if (directory === undefined) return;
  const lines = readdirSync(directory).flatMap((file) =>
    readFileSync(join(directory, file), "utf8").split("\n"),
  );
  rmSync(directory, { recursive: true });
  const indiscreet = lines.flatMap((line) => {
    const told = indiscretionsOf(line);
    return told.length === 0 ? [] : [`${told.join(", ")} in ${line}`];
  });
  if (indiscreet.length > 0)
    throw new Error(`servers told in their logs what they must not:\n${indiscreet.join("\n")}`);
}
