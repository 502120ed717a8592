import type { Command } from "commander";
import { processConsole } from "../commands/console.ts";
import { run } from "./run.ts";

interface HealthFlags {
  readonly url?: string;
  readonly service: string;
}

/** Adds `presage health`. */
export function addHealth(program: Command): void {
  program
    .command("health")
    .summary("tell whether a server serves, for probes")
    .description(
      "Asks a server by grpc.health.v1 whether it serves. Ends with 0 if it does, with 1 if it is starting, stopping or not there.",
    )
    .option(
      "-u, --url <url>",
      "where the server is (or PRESAGE_URL; default: this machine, at PRESAGE_PORT or 8080)",
    )
    .option("--service <name>", "the service that is asked about (default: the server)", "")
    .addHelpText(
      "after",
      `
It waits for at most 5 seconds. On this machine it speaks TLS where PRESAGE_TLS_CERT is
set, and takes any certificate.

Examples:
  $ presage health
  $ presage health --url https://models.example.com
  $ presage health --service presage.v1.InferenceService`,
    )
    .action(({ url, service }: HealthFlags) =>
      run(async () => {
        const { health } = await import("../commands/health.ts");
        const environment = process.env;
        return health({
          url: url ?? environment["PRESAGE_URL"],
          service,
          environment,
          console: processConsole,
        });
      }),
    );
}
