import type { Socket } from "node:net";
import type { Member } from "./member.ts";

/** Whoever takes connections. */
export type Taker = Pick<Member, "connections" | "give">;

/** Gives each connection to one of those that take some. */
export interface ConnectionSpread {
  /**
   * Gives a connection to the taker with the fewest, in turn among equals. While
   * there is no taker it waits for one; where a thousand wait it is closed.
   */
  give(connection: Socket): void;
  /** Takes connections from now on, those that wait first. */
  add(taker: Taker): void;
  /** Takes none any more. */
  remove(taker: Taker): void;
  /** Closes the connections that wait, and all that come. */
  close(): void;
}

const mostWaiting = 1000;

/** Makes a spread over nobody. */
export function createConnectionSpread(): ConnectionSpread {
  /** The one that was given a connection last is last. */
  const takers = new Set<Taker>();
  const waiting = new Set<Socket>();
  let closed = false;

  const wait = (connection: Socket): void => {
    if (closed || waiting.size >= mostWaiting) {
      connection.destroy();
      return;
    }
    waiting.add(connection);
    connection.once("close", () => waiting.delete(connection));
  };

  const give = (connection: Socket): void => {
    if (connection.destroyed) return;
    const [first, ...others] = takers;
    if (first === undefined) {
      wait(connection);
      return;
    }
    const taker = others.reduce(
      (best, each) => (each.connections < best.connections ? each : best),
      first,
    );
    takers.delete(taker);
    takers.add(taker);
    taker.give(connection);
  };

  /** Empties the waiting room. */
  const callIn = (): readonly Socket[] => {
    const connections = [...waiting];
    waiting.clear();
    return connections;
  };

  return {
    give,
    add(taker) {
      if (closed) return;
      takers.add(taker);
      for (const connection of callIn()) give(connection);
    },
    remove(taker) {
      takers.delete(taker);
    },
    close() {
      closed = true;
      takers.clear();
      for (const connection of callIn()) connection.destroy();
    },
  };
}
