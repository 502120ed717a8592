import { type ExitCode, processConsole } from "../commands/console.ts";

/**
 * Runs a command and ends the process with its exit code. Commands are loaded
 * when they are run: a server carries nothing of the others.
 */
export async function run(command: () => Promise<ExitCode>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    const { describeFailure } = await import("../commands/failure.ts");
    for (const line of describeFailure(error)) processConsole.err(line);
    process.exitCode = 1;
  }
}
