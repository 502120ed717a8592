import type { Socket } from "node:net";
import type { ServerOptions } from "../config/options.ts";
import type { LogLevel } from "../core/log.ts";
import type { LocalServer } from "../main.ts";
import type { Snapshot } from "../telemetry/snapshot.ts";
import type { ProcessPort } from "./process-port.ts";

/** Serves as the first process orders, from its start to its end. */
export async function runServingProcess(
  port: ProcessPort,
  buildServer: (
    options: ServerOptions,
    collectWhole: () => Promise<Snapshot>,
  ) => Promise<LocalServer>,
  setLogLevel: (level: LogLevel) => void = () => {},
): Promise<void> {
  const start = Promise.withResolvers<ServerOptions>();
  const serve = Promise.withResolvers<void>();
  const close = Promise.withResolvers<void>();
  /** These come once the server is built: connections are given, and metrics asked for, after that. */
  let adopt: (connection: Socket) => void = (connection) => connection.destroy();
  let collect = (): Snapshot => ({ numbers: [], histograms: [] });
  const asked = new Map<number, (metrics: Snapshot) => void>();
  let lastId = 0;
  /** Asks the first process what all of them measure. */
  const collectWhole = (): Promise<Snapshot> =>
    new Promise((resolve) => {
      const id = (lastId += 1);
      asked.set(id, resolve);
      port.report({ kind: "ask", id });
    });
  port.listen((order, connection) => {
    switch (order.kind) {
      case "start":
        start.resolve(order.options);
        return;
      case "connection":
        if (connection === undefined) return;
        port.report({ kind: "taken", id: order.id });
        connection.once("close", () => port.report({ kind: "released" }));
        adopt(connection);
        return;
      case "collect":
        port.report({ kind: "collected", id: order.id, metrics: collect() });
        return;
      case "whole":
        asked.get(order.id)?.(order.metrics);
        asked.delete(order.id);
        return;
      case "serve":
        serve.resolve();
        return;
      case "log":
        setLogLevel(order.level);
        return;
      case "close":
        close.resolve();
    }
  });
  const options = await start.promise;

  let server: LocalServer;
  try {
    server = await buildServer(options, collectWhole);
  } catch (error) {
    port.report({ kind: "failed", message: describe(error) });
    port.leave({ kind: "closed", cut: 0 });
    return;
  }
  adopt = (connection) => server.adopt(connection);
  collect = () => server.collect();
  port.report({ kind: "built" });
  try {
    await server.load(async (models) => {
      port.report({ kind: "loaded", models });
      await Promise.race([serve.promise, close.promise]);
    });
    port.report({ kind: "serving" });
    await close.promise;
  } catch (error) {
    port.report({ kind: "failed", message: describe(error) });
  }
  const { cut } = await server.close();
  port.leave({ kind: "closed", cut });
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
