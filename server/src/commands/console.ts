/** Where a command writes, and what it ends with. */
export interface Console {
  /** Writes a line of the command's result. */
  out(line: string): void;
  /** Writes a line for the person who looks on: a mistake, a hint. */
  err(line: string): void;
  /** True if a person looks on, so that progress may be shown. */
  readonly isTerminal: boolean;
}

/** How a command ended: 0 well, 1 failed, 2 called wrongly. */
export type ExitCode = 0 | 1 | 2;

/** The console of the process. */
export const processConsole: Console = {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  isTerminal: process.stderr.isTTY,
};

/** Lays out rows of cells in columns. */
export function layOutTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [header, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("   ")
      .trimEnd(),
  );
}
