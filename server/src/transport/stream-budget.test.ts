import { describe, expect, it } from "vitest";
import { type BudgetSession, createStreamBudget } from "./stream-budget.ts";

/** A connection that keeps what it was told, and confirms it when the test says so. */
function createSession() {
  const told: number[] = [];
  let pending = false;
  let confirmed: () => void = () => {};
  const session: BudgetSession = {
    closed: false,
    destroyed: false,
    get pendingSettingsAck() {
      return pending;
    },
    settings({ maxConcurrentStreams }) {
      told.push(maxConcurrentStreams);
      pending = true;
    },
    once(_event, listener) {
      confirmed = listener;
    },
  };
  const confirm = (): void => {
    pending = false;
    confirmed();
    confirmed = () => {};
  };
  return { session, told, confirm };
}

const openSessions = (count: number) => Array.from({ length: count }, createSession);
const bounds = { total: 64, most: 32, least: 4 };

describe("createStreamBudget()", () => {
  it("leaves few connections the most", () => {
    const budget = createStreamBudget(bounds);
    const sessions = openSessions(2);
    for (const { session } of sessions) budget.add(session);
    expect(budget.share).toBe(32);
    expect(sessions.flatMap(({ told }) => told)).toEqual([]);
  });

  it("halves the share when more come, and tells all", () => {
    const budget = createStreamBudget(bounds);
    const sessions = openSessions(5);
    for (const { session, confirm } of sessions) {
      budget.add(session);
      for (const each of sessions) each.confirm();
      confirm();
    }
    expect(budget.share).toBe(8);
    expect(sessions.map(({ told }) => told)).toEqual([[16, 8], [16, 8], [16, 8], [8], [8]]);
  });

  it("leaves each the least, however many there are", () => {
    const budget = createStreamBudget(bounds);
    for (const { session } of openSessions(100)) budget.add(session);
    expect(budget.share).toBe(4);
  });

  it("gives shares back only once half as many connections would do", () => {
    const budget = createStreamBudget(bounds);
    const sessions = openSessions(3);
    for (const { session } of sessions) budget.add(session);
    const shares = sessions.map(({ session }) => {
      budget.remove(session);
      return budget.share;
    });
    expect(shares).toEqual([16, 32, 32]);
  });

  it("tells a connection the newest share once it has confirmed the one before", () => {
    const budget = createStreamBudget(bounds);
    const { session, told, confirm } = createSession();
    budget.add(session);
    for (const other of openSessions(20)) budget.add(other.session);
    expect(told).toEqual([16]);
    confirm();
    expect(told).toEqual([16, 4]);
  });

  it("tells nothing to connections that have closed", () => {
    const budget = createStreamBudget(bounds);
    const { session, told } = createSession();
    budget.add({ ...session, closed: true });
    for (const other of openSessions(20)) budget.add(other.session);
    expect(told).toEqual([]);
  });
});
