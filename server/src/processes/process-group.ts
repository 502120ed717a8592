import type { ServerOptions } from "../config/options.ts";
import type { Log, LogLevel } from "../core/log.ts";
import type { Server } from "../main.ts";
import type { ModelState } from "../repository/model-state.ts";
import { createPort } from "../transport/port.ts";
import { systemTimer, type Timer } from "../transport/shutdown.ts";
import { createConnectionSpread } from "./connection-spread.ts";
import { type Member, type MemberEnd, startMember } from "./member.ts";
import type { StartProcess } from "./process-host.ts";
import { createRestartDelay } from "./restart-delay.ts";
import { createWholeMetrics } from "./whole-metrics.ts";
import { compareModels, wholeModels } from "./whole-models.ts";

/** What a group of processes is made of. */
export interface ProcessGroupOptions {
  /** What every process serves with; `processes` is how many there are. */
  readonly options: ServerOptions;
  readonly startProcess: StartProcess;
  /** Is told what becomes of the processes. */
  readonly log: Log;
  /** Calls back with each new level of the log, which every process is told. @default it stays as it is */
  readonly followLevel?: (changed: (level: LogLevel) => void) => void;
  /** Waits before a process is replaced, and for the end of what connections may wait. @default systemTimer */
  readonly timer?: Timer;
  /** The time, in milliseconds from any start. @default performance.now */
  readonly now?: () => number;
}

/** How long a connection may take, in milliseconds, until a process has it. */
const longestWayMs = 10_000;

/**
 * Makes a server of several processes that share one port: this process holds
 * it, and gives each connection to one of them; what none of them has after 10 s
 * is closed. It is ready once every process has loaded its models; if one dies
 * before that, `load` rejects. One that dies later is replaced, and takes
 * connections once it has loaded; `close` rejects if one dies while it answers
 * its last calls.
 */
export function createProcessGroup({
  options,
  startProcess,
  log,
  followLevel = () => {},
  timer = systemTimer,
  now = () => performance.now(),
}: ProcessGroupOptions): Server {
  const members = new Set<Member>();
  const waits = new Set<() => void>();
  const broken = Promise.withResolvers<never>();
  // Told by `load`.
  broken.promise.catch(() => {});
  let phase: "starting" | "serving" | "closing" = "starting";
  let models: readonly ModelState[] = [];
  const spread = createConnectionSpread();
  const metrics = createWholeMetrics(timer);
  const port = createPort({
    host: options.host,
    port: options.port,
    unread: true,
    take(connection) {
      const cancel = timer.after(longestWayMs, () => connection.destroy());
      // It is closed in this process as soon as another one has it.
      connection.once("close", cancel);
      spread.give(connection);
    },
  });

  let { level } = options.log;
  followLevel((changed) => {
    level = changed;
    for (const member of members) member.tell({ kind: "log", level });
  });

  const start = (): Member => {
    const member = startMember(startProcess, { ...options, log: { ...options.log, level } }, () =>
      metrics.collect(),
    );
    members.add(member);
    void member.ended.then(() => {
      members.delete(member);
      spread.remove(member);
      metrics.remove(member);
      // Nobody has read anything of them.
      for (const connection of member.underWay) spread.give(connection);
    });
    return member;
  };

  /** Lets a process have connections. */
  const join = (member: Member): void => {
    if (!members.has(member)) return;
    spread.add(member);
    metrics.add(member);
  };

  /** Replaces whoever dies in one place of the group, until the group ends. */
  const keepPlace = async (first: Member): Promise<void> => {
    const delay = createRestartDelay();
    let member = first;
    for (;;) {
      let since = Infinity;
      void member.serving.then(() => {
        since = now();
      });
      const end = await member.ended;
      if (phase === "starting") broken.reject(startFailure(member, end));
      if (phase !== "serving") return;
      const waitMs = delay.next(Math.max(0, now() - since));
      log("error", `${describeEnd(member, end)}; another one starts ${showWait(waitMs)}`, {
        process: member.pid,
        wait_ms: waitMs,
      });
      if (waitMs > 0) await wait(waitMs);
      if (isClosing()) return;
      member = start();
      void welcome(member);
    }
  };

  const welcome = async (member: Member): Promise<void> => {
    const loaded = await member.loaded;
    member.tell({ kind: "serve" });
    await member.serving;
    join(member);
    const fields = { process: member.pid };
    log("info", `${member.name} serves`, fields);
    for (const difference of compareModels(models, loaded))
      log("warn", `${member.name} has ${difference}`, fields);
  };

  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const cancel = timer.after(ms, () => {
        waits.delete(stop);
        resolve();
      });
      const stop = (): void => {
        cancel();
        resolve();
      };
      waits.add(stop);
    });

  const isClosing = (): boolean => phase === "closing";

  return {
    async listen() {
      const address = await port.open();
      for (let place = 0; place < options.processes; place += 1) {
        const member = start();
        void member.built.then(() => join(member));
        void keepPlace(member);
      }
      return { ...address, secure: options.tls !== undefined };
    },
    async load() {
      const first = [...members];
      const loading = Promise.all(first.map(({ loaded }) => loaded));
      models = wholeModels(await Promise.race([loading, broken.promise]));
      for (const member of first) member.tell({ kind: "serve" });
      await Promise.race([Promise.all(first.map(({ serving }) => serving)), broken.promise]);
      if (!isClosing()) phase = "serving";
      return models;
    },
    async close() {
      phase = "closing";
      port.close();
      spread.close();
      for (const stop of waits) stop();
      const left = [...members];
      for (const member of left) member.tell({ kind: "close" });
      let cut = 0;
      const dead: string[] = [];
      for (const member of left) {
        const end = await member.ended;
        if (end.kind === "closed") cut += end.cut;
        else dead.push(describeEnd(member, end));
      }
      if (dead.length > 0) throw new Error(dead.join("; "));
      return { cut };
    },
  };
}

/** Why a group does not start: what a process says of it needs no name of the process. */
function startFailure(member: Member, end: MemberEnd): Error {
  return new Error(end.kind === "failed" ? end.message : describeEnd(member, end));
}

function describeEnd({ name }: Member, end: MemberEnd): string {
  switch (end.kind) {
    case "failed":
      return `${name} failed: ${end.message}`;
    case "died":
      return `${name} died: ${end.cause}`;
    case "closed":
      return `${name} ended by itself`;
  }
}

function showWait(ms: number): string {
  return ms === 0 ? "now" : `in ${ms / 1000} s`;
}
