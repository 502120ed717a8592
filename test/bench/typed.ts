import { type CallFigures, roundsOfPlan, warmUpCalls } from "./call-figures.ts";
import { startPresage } from "./contenders.ts";
import { median } from "./latency.ts";
import type { LoadGenerator } from "./load/start.ts";
import type { Plan } from "./options.ts";
import { predictExchange, typedExchange } from "./requests.ts";
import { measureRowReading, type RowReading } from "./row-reading.ts";
import { layOut } from "./table.ts";
import { judgeAll, least, most, type Target } from "./targets.ts";

/** One round: the same row by the model's typed service, and as a raw tensor. */
export interface TypedRound {
  readonly typed: CallFigures;
  readonly generic: CallFigures;
}

/** What `--typed` measured. */
export interface TypedFigures {
  readonly reading: RowReading;
  readonly rounds: readonly TypedRound[];
}

/** Measures what a typed row costs to read, and both ways to ask one server for it. */
export async function measureTyped(
  load: LoadGenerator,
  plan: Plan,
  tell: (text: string) => void,
): Promise<TypedFigures> {
  tell("typed: reading a row");
  const reading = await measureRowReading();
  return { reading, rounds: await measureCalls(load, plan, tell) };
}

/** Both ways in interleaved rounds. */
async function measureCalls(
  load: LoadGenerator,
  plan: Plan,
  tell: (text: string) => void,
): Promise<readonly TypedRound[]> {
  const { port, pid, stop } = await startPresage();
  try {
    tell("typed: warming up");
    const typed = await warmUpCalls({ exchange: typedExchange(port), pid }, load, plan);
    const generic = await warmUpCalls({ exchange: predictExchange("grpc", port), pid }, load, plan);
    const rounds: TypedRound[] = [];
    for (let round = 0; round < plan.rounds * roundsOfPlan; round += 1) {
      tell(`typed: round ${round + 1} of ${plan.rounds * roundsOfPlan}`);
      // oxlint-disable-next-line no-await-in-loop -- one at a time is the point
      rounds.push(
        round % 2 === 0
          ? { typed: await typed(), generic: await generic() }
          : { generic: await generic(), typed: await typed() },
      );
    }
    return rounds;
  } finally {
    await stop();
  }
}

/** Lays what was measured beside what is promised. Ratios are medians of each round's own ratio. */
export function judgeTyped({ reading, rounds }: TypedFigures): readonly Target[] {
  return judgeAll([
    most(
      "reading and checking a typed row of 30 features / the model's run of it",
      1,
      reading.readMicros / reading.runMicros,
    ),
    least(
      "rate of a typed call of 30 features / of a raw tensor",
      0.9,
      median(rounds.map(({ typed, generic }) => typed.rate / generic.rate)),
    ),
    least(
      "calls for the same CPU time: typed / raw tensor",
      0.9,
      median(rounds.map(({ typed, generic }) => generic.cpuMicros / typed.cpuMicros)),
    ),
  ]);
}

/** The table of `--typed`: medians of the rounds. */
export function layOutTyped({ reading, rounds }: TypedFigures): string {
  const middle = (which: keyof TypedRound, name: keyof CallFigures): number =>
    median(rounds.map((round) => round[which][name]));
  const describe = (label: string, which: keyof TypedRound): readonly string[] => [
    label,
    middle(which, "rate").toFixed(0),
    middle(which, "cpuMicros").toFixed(1),
  ];
  const table = layOut(
    [
      ["30 features, gRPC", "calls/s", "CPU µs/call"],
      describe("the model's typed service", "typed"),
      describe("a raw tensor", "generic"),
    ],
    1,
  );
  const [read, ran] = [reading.readMicros, reading.runMicros].map((micros) => micros.toFixed(1));
  return `${table}\na typed row: ${read} µs to read and check, ${ran} µs to run`;
}
