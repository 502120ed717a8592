/** Bounds how many lines of one kind are written, however many there are to write. */
export interface LineLimit<Line> {
  /** Whether this line may be written; one that may not is counted. */
  admit(kind: string, line: Line): boolean;
  /** How many lines were left out so far. */
  readonly leftOut: number;
  /** Tells at once what was left out; the next lines may be written again. */
  flush(): void;
}

/** How lines are bounded. */
export interface LineLimitOptions<Line> {
  /** Is told, at the end of a second, how many lines like this were left out in it. */
  readonly leftOut: (line: Line, count: number) => void;
  /** The most lines of one kind in a second. @default 10 */
  readonly perSecond?: number;
}

interface Window<Line> {
  readonly line: Line;
  readonly timer: NodeJS.Timeout;
  admitted: number;
  leftOut: number;
}

const windowMs = 1000;
/** More kinds than a server has; those beyond share one. */
const mostKinds = 256;

/**
 * Makes a limit. A second begins with the first line of its kind, so kinds that
 * are rare are never left out, and nothing is kept of a kind that is over. Its
 * timers keep no process alive.
 */
export function createLineLimit<Line>(options: LineLimitOptions<Line>): LineLimit<Line> {
  const { perSecond = 10 } = options;
  const windows = new Map<string, Window<Line>>();
  let total = 0;

  const end = (kind: string, window: Window<Line>): void => {
    clearTimeout(window.timer);
    windows.delete(kind);
    if (window.leftOut > 0) options.leftOut(window.line, window.leftOut);
  };

  const open = (kind: string, line: Line): Window<Line> => {
    const timer = setTimeout(() => end(kind, window), windowMs).unref();
    const window: Window<Line> = { line, timer, admitted: 0, leftOut: 0 };
    windows.set(kind, window);
    return window;
  };

  return {
    admit(kind, line) {
      const key = windows.size < mostKinds || windows.has(kind) ? kind : "";
      const window = windows.get(key) ?? open(key, line);
      if (window.admitted < perSecond) {
        window.admitted += 1;
        return true;
      }
      window.leftOut += 1;
      total += 1;
      return false;
    },
    get leftOut() {
      return total;
    },
    flush() {
      for (const [kind, window] of windows) end(kind, window);
    },
  };
}
