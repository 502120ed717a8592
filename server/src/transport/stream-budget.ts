import type { ServerHttp2Session } from "node:http2";

/** What a budget needs of a connection. */
export interface BudgetSession
  extends Pick<ServerHttp2Session, "closed" | "destroyed" | "pendingSettingsAck"> {
  settings(settings: { readonly maxConcurrentStreams: number }): void;
  once(event: "localSettings", listener: () => void): unknown;
}

/** Shares the calls that may be under way at once among the connections. */
export interface StreamBudget {
  /** How many calls each connection may have under way now. */
  readonly share: number;
  /** Counts a connection that was told the share when it was opened. */
  add(session: BudgetSession): void;
  /** Takes a connection out that has closed. */
  remove(session: BudgetSession): void;
}

/** The bounds of a budget. */
export interface StreamBudgetOptions {
  /** About how many calls may be under way on all connections. */
  readonly total: number;
  /** The share of a connection while there are few; a power of two. */
  readonly most: number;
  /** The share that is left to each, however many there are; a power of two. */
  readonly least: number;
}

/**
 * Makes a budget. The event loop reads all calls that have come before it answers
 * one, so what many connections may send at once bounds how long an answer waits;
 * what is more waits with the callers. Shares are powers of two, and grow again
 * only once half as many connections would do: they do not change with each.
 */
export function createStreamBudget({ total, most, least }: StreamBudgetOptions): StreamBudget {
  const sessions = new Set<BudgetSession>();
  let share = most;

  const tell = (session: BudgetSession): void => {
    if (session.closed || session.destroyed) return;
    // Each change waits for the confirmation of the one before, and then tells the newest share.
    if (session.pendingSettingsAck) session.once("localSettings", () => tell(session));
    else session.settings({ maxConcurrentStreams: share });
  };

  const adjust = (): void => {
    const before = share;
    while (share > least && sessions.size * share > total) share /= 2;
    while (share < most && sessions.size * share * 4 <= total) share *= 2;
    if (share !== before) for (const session of sessions) tell(session);
  };

  return {
    get share() {
      return share;
    },
    add(session) {
      sessions.add(session);
      adjust();
    },
    remove(session) {
      sessions.delete(session);
      adjust();
    },
  };
}
