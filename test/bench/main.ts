// `npm run bench`: see --help.
import { type ComputeRound, measureCompute } from "./compute.ts";
import { type Competitor, contenders, startCompetitor } from "./contenders.ts";
import { type LoadGenerator, startLoadGenerator } from "./load/start.ts";
import { measureMode } from "./modes.ts";
import {
  type BenchOptions,
  describeOptions,
  extras,
  fullPlan,
  type Plan,
  parseOptions,
  quickPlan,
} from "./options.ts";
import { pinned } from "./process.ts";
import { type AnyResults, describeRun, writeResults } from "./results.ts";
import { measureRounds, type Row, warmUp } from "./rounds.ts";
import { measureAnswers, measureStart, type StartFigures } from "./start.ts";
import { layOutExtras, layOutRows, layOutTargets } from "./table.ts";
import { judge, type Measured } from "./targets.ts";

const names = [...contenders.map(({ name }) => name), ...extras];
const started = performance.now();

/** Says on standard error what is going on. */
function tell(text: string): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.error(`${seconds.padStart(4)} s  ${text}`);
}

async function measure(
  load: LoadGenerator,
  plan: Plan,
  wants: (name: string) => boolean,
): Promise<Measured> {
  const lengths = await measureAnswers(load);
  const starts: StartFigures[] = [];
  if (wants("start")) {
    tell("cold starts");
    for (let count = 0; count < plan.starts; count += 1)
      // oxlint-disable-next-line no-await-in-loop -- one at a time is the point
      starts.push(await measureStart(load));
  }
  const competitors: Competitor[] = [];
  let rows: readonly Row[] = [];
  try {
    for (const contender of contenders.filter(({ name }) => wants(name))) {
      for (const protocol of contender.protocols) {
        tell(`warming up: ${contender.name}, ${protocol}`);
        // oxlint-disable-next-line no-await-in-loop
        const competitor = await startCompetitor(contender, protocol, { load, lengths });
        competitors.push(competitor);
        // oxlint-disable-next-line no-await-in-loop
        await warmUp(competitor, load, plan);
      }
    }
    const onRound = (round: number): void => {
      if (competitors.length > 0) tell(`round ${round} of ${plan.rounds}`);
    };
    rows = await measureRounds(competitors, load, { plan, onRound });
  } finally {
    await Promise.all(competitors.map(({ program }) => program.stop()));
  }
  let compute: readonly ComputeRound[] = [];
  if (wants("mlp")) {
    tell("the compute-bound model");
    compute = await measureCompute(load, plan);
  }
  return { rows, compute, starts };
}

async function run({ quick, json, only, mode }: BenchOptions): Promise<void> {
  if (!pinned) tell("no taskset, or one core: servers and load generator share what there is");
  const load = startLoadGenerator();
  const report = (results: AnyResults, tables: readonly string[]): void => {
    const file = writeResults(results, mode);
    console.log(json ? JSON.stringify(results, null, 2) : tables.join("\n"));
    tell(`written to ${file}`);
  };
  try {
    const plan = quick ? quickPlan : fullPlan;
    if (mode !== undefined) {
      const { figures, tables } = await measureMode(mode, { load, plan, tell });
      report({ ...describeRun(quick), ...figures }, tables);
      return;
    }
    const measured = await measure(load, plan, (name) => only?.has(name) ?? true);
    const targets = judge(measured);
    report({ ...describeRun(quick), ...measured, targets }, [
      layOutRows(measured.rows),
      ...layOutExtras(measured),
      "",
      layOutTargets(targets),
    ]);
  } finally {
    load.stop();
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const parsed = parseOptions(process.argv.slice(2), names);
switch (parsed.kind) {
  case "help":
    console.log(describeOptions(names));
    break;
  case "wrong":
    console.error(parsed.reason);
    process.exitCode = 2;
    break;
  case "run":
    try {
      await run(parsed.options);
    } catch (error) {
      console.error(`the bench failed: ${error instanceof Error ? error.message : String(error)}`);
      // Servers that still run would keep this process alive; they end with it.
      process.exit(1);
    }
}
