import type { Socket } from "node:net";
import type { ServerOptions } from "../config/options.ts";
import type { LocalServer } from "../main.ts";
import type { ProcessPort } from "./process-port.ts";

/** Serves as the first process orders, from its start to its end. */
export async function runServingProcess(
  port: ProcessPort,
  buildServer: (options: ServerOptions) => Promise<LocalServer>,
): Promise<void> {
  const start = Promise.withResolvers<ServerOptions>();
  const serve = Promise.withResolvers<void>();
  const close = Promise.withResolvers<void>();
  /** Comes once the server is built: connections are given after that. */
  let adopt: (connection: Socket) => void = (connection) => connection.destroy();
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
      case "serve":
        serve.resolve();
        return;
      case "close":
        close.resolve();
    }
  });
  const options = await start.promise;

  let server: LocalServer;
  try {
    server = await buildServer(options);
  } catch (error) {
    port.report({ kind: "failed", message: describe(error) });
    port.leave({ kind: "closed", cut: 0 });
    return;
  }
  adopt = (connection) => server.adopt(connection);
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
