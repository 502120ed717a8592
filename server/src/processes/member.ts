import type { Socket } from "node:net";
import type { ServerOptions } from "../config/options.ts";
import type { ModelState } from "../repository/model-state.ts";
import type { Snapshot } from "../telemetry/snapshot.ts";
import type { ProcessOrder } from "./messages.ts";
import type { StartProcess } from "./process-host.ts";

/** How a process ended: as it was told to, because it could not serve, or for no reason that it gave. */
export type MemberEnd =
  | { readonly kind: "closed"; readonly cut: number }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "died"; readonly cause: string };

/** One process of a group. Its promises wait for ever for what it never comes to. */
export interface Member {
  /** What names it in messages, e.g. `process 4711`. */
  readonly name: string;
  /** Its number in the system; undefined where it could not be started. */
  readonly pid: number | undefined;
  readonly built: Promise<void>;
  readonly loaded: Promise<readonly ModelState[]>;
  readonly serving: Promise<void>;
  readonly ended: Promise<MemberEnd>;
  /** How many connections it serves, those on their way to it among them. */
  readonly connections: number;
  /** The connections on their way to it; when it has ended, those that it never took. */
  readonly underWay: readonly Socket[];
  tell(order: ProcessOrder): void;
  /** Asks it what it measures. */
  collect(): Promise<Snapshot>;
  /**
   * Sends it a connection, which is closed in this process once it has arrived;
   * one that is closed before counts no more.
   */
  give(connection: Socket): void;
}

/** Starts a process, which serves with `options`, and is told what all processes measure when it asks. */
export function startMember(
  startProcess: StartProcess,
  options: ServerOptions,
  collectWhole: () => Promise<Snapshot>,
): Member {
  const built = Promise.withResolvers<void>();
  const loaded = Promise.withResolvers<readonly ModelState[]>();
  const serving = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<MemberEnd>();
  const underWay = new Map<number, Socket>();
  const asked = new Map<number, (metrics: Snapshot) => void>();
  let lastId = 0;
  let taken = 0;
  let failure: string | undefined;
  let cut: number | undefined;

  const arrive = (id: number): void => {
    taken += 1;
    underWay.get(id)?.destroy();
    underWay.delete(id);
  };

  const hosted = startProcess({
    reported(report) {
      switch (report.kind) {
        case "built":
          built.resolve();
          return;
        case "taken":
          arrive(report.id);
          return;
        case "released":
          taken -= 1;
          return;
        case "loaded":
          loaded.resolve(report.models);
          return;
        case "serving":
          serving.resolve();
          return;
        case "collected":
          asked.get(report.id)?.(report.metrics);
          asked.delete(report.id);
          return;
        case "ask":
          void collectWhole().then((metrics) =>
            hosted.tell({ kind: "whole", id: report.id, metrics }),
          );
          return;
        case "failed":
          failure = report.message;
          return;
        case "closed":
          cut = report.cut;
      }
    },
    ended(cause) {
      if (failure !== undefined) ended.resolve({ kind: "failed", message: failure });
      else if (cut !== undefined) ended.resolve({ kind: "closed", cut });
      else ended.resolve({ kind: "died", cause });
    },
  });
  hosted.tell({ kind: "start", options });
  return {
    pid: hosted.pid,
    name: `process ${hosted.pid ?? "without a number"}`,
    built: built.promise,
    loaded: loaded.promise,
    serving: serving.promise,
    ended: ended.promise,
    get connections() {
      return taken + underWay.size;
    },
    get underWay() {
      return [...underWay.values()];
    },
    tell: (order) => hosted.tell(order),
    collect: () =>
      new Promise((resolve) => {
        const id = (lastId += 1);
        asked.set(id, resolve);
        hosted.tell({ kind: "collect", id });
      }),
    give(connection) {
      const id = (lastId += 1);
      underWay.set(id, connection);
      connection.once("close", () => underWay.delete(id));
      hosted.tell({ kind: "connection", id }, connection);
    },
  };
}
