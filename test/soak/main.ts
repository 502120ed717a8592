// `npm run soak`: see --help.
import { allOperations } from "./operations/all.ts";
import { describeOptions, parseOptions, type SoakOptions } from "./options.ts";
import { describeMinute, describeSoak } from "./report.ts";
import { startSoakedServer } from "./server.ts";
import { createSetting } from "./setting.ts";
import { soak } from "./soak.ts";

async function run(options: SoakOptions): Promise<boolean> {
  const interrupted = new AbortController();
  const interrupt = (): void => {
    console.error("ending early; once more ends at once");
    interrupted.abort();
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.off(signal, interrupt);
      process.once(signal, () => process.exit(1));
    }
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, interrupt);
  const server = await startSoakedServer(options.processes);
  const setting = await createSetting(server.url, server.port, Math.random);
  const figures = await soak({
    options,
    server,
    operations: allOperations(setting),
    signal: interrupted.signal,
    onMinute: (minute) => console.error(describeMinute(minute)),
  });
  console.log(options.json ? JSON.stringify(figures, null, 2) : `\n${describeSoak(figures)}`);
  return figures.passed;
}

const parsed = parseOptions(process.argv.slice(2));
switch (parsed.kind) {
  case "help":
    console.log(describeOptions());
    break;
  case "wrong":
    console.error(parsed.reason);
    process.exitCode = 2;
    break;
  case "run":
    try {
      // Clients keep connections open, which would keep this process alive.
      process.exit((await run(parsed.options)) ? 0 : 1);
    } catch (error) {
      console.error(`the soak failed: ${error instanceof Error ? error.message : String(error)}`);
      process.exit(1);
    }
}
