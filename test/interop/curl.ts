import { runTool, type ToolRun } from "../support/tools.ts";

/** The answer that curl got. */
export interface CurlAnswer {
  readonly status: number;
  /** `1.1` or `2`. */
  readonly httpVersion: string;
  /** By name in lower case; a header that came twice has two values. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: Buffer;
}

/** The HTTP versions that curl speaks in cleartext, with its flags. */
export const httpVersions = [
  { httpVersion: "1.1", flags: ["--http1.1"] },
  { httpVersion: "2", flags: ["--http2-prior-knowledge"] },
] as const;

const summary =
  '%{stderr}{"status":%{http_code},"httpVersion":"%{http_version}","headers":%{header_json}}';

/** Runs curl; `input` is what `--data-binary @-` sends. Rejects if it got no answer. */
export async function curl(args: readonly string[], input?: Buffer): Promise<CurlAnswer> {
  const run = await runCurl(["--write-out", summary, ...args], input);
  if (run.code !== 0) throw new Error(`curl ended with code ${run.code}: ${run.errors}`);
  return { ...(JSON.parse(run.errors) as Omit<CurlAnswer, "body">), body: run.output };
}

/** Runs curl, which may fail. */
export async function runCurl(args: readonly string[], input?: Buffer): Promise<ToolRun> {
  const options = input === undefined ? {} : { input };
  return runTool("curl", ["--silent", "--show-error", "--noproxy", "*", ...args], options);
}
