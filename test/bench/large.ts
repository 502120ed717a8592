import { setTimeout as sleep } from "node:timers/promises";
import { createModelDirectory } from "../support/model-directory.ts";
import { startPresage } from "./contenders.ts";
import { median } from "./latency.ts";
import type { Exchange } from "./load/connection.ts";
import type { LoadGenerator } from "./load/start.ts";
import type { Plan } from "./options.ts";
import { readMemoryMb, readPeakMemoryMb } from "./proc.ts";
import { type ServerProgram, startServer } from "./process.ts";
import { floatsExchange } from "./requests.ts";
import { judgeAll, most, type Target } from "./targets.ts";

/** One server's figures of one round of large calls, one at a time. */
export interface LargeRound {
  /** The median of a call, in milliseconds. */
  readonly ms: number;
  /** The server's CPU time for each call, in milliseconds. */
  readonly cpuMs: number;
}

/** One server's figures of all rounds. */
export interface LargeRow {
  /** `copy` is a bare `node:http2` that sends back what it received. */
  readonly server: "presage" | "copy";
  readonly rounds: readonly LargeRound[];
  /** Its memory before the first call, and the most until the last; MB of 10^6 bytes. */
  readonly idleMb: number;
  readonly peakMb: number;
  /** The tensor of each call and answer. */
  readonly payloadMb: number;
}

/** 64 pictures of 3 x 224 x 224 values: 38.5 MB. */
const input = { model: "echo-float", input: "x", width: 64 * 3 * 224 * 224 };
const payloadBytes = input.width * Float32Array.BYTES_PER_ELEMENT;
/** What a message has besides its tensor is less. */
const otherBytes = 4096;
/** In which whatever a start leaves behind is settled. */
const settleMs = 1000;

interface Side {
  readonly server: LargeRow["server"];
  readonly program: ServerProgram;
  readonly exchange: Exchange;
  readonly idleMb: number;
  readonly rounds: LargeRound[];
}

/** Measures a large tensor, there and back, beside a plain copy of it in interleaved rounds. */
export async function measureLarge(
  load: LoadGenerator,
  plan: Plan,
  tell: (text: string) => void,
): Promise<readonly LargeRow[]> {
  using models = createModelDirectory();
  models.copy("test/data/edge/echo-float", "echo-float");
  const programs: Side[] = [];
  try {
    programs.push(await settle("presage", await startPresage(models.root)));
    programs.push(await settle("copy", await startServer("servers/http2-copy.ts", [])));
    const { calls } = plan.large;
    for (let round = 0; round <= plan.rounds; round += 1) {
      tell(round === 0 ? "large: warming up" : `large: round ${round} of ${plan.rounds}`);
      for (const { program, exchange, rounds } of programs) {
        const order = { kind: "large", exchange, calls, pid: program.pid } as const;
        // oxlint-disable-next-line no-await-in-loop -- one at a time is the point
        const { p50, serverCpu } = await load.load(order);
        if (round > 0) rounds.push({ ms: p50, cpuMs: (serverCpu / calls) * 1000 });
      }
    }
    return programs.map(({ server, program, idleMb, rounds }) => {
      const peakMb = readPeakMemoryMb(program.pid);
      return { server, rounds, idleMb, peakMb, payloadMb: payloadBytes / 1e6 };
    });
  } finally {
    await Promise.all(programs.map(({ program }) => program.stop()));
  }
}

async function settle(server: LargeRow["server"], program: ServerProgram): Promise<Side> {
  const asked = floatsExchange(program.port, input);
  await sleep(settleMs);
  return {
    server,
    program,
    exchange: { ...asked, answerBytes: payloadBytes, tolerance: otherBytes },
    idleMb: readMemoryMb(program.pid),
    rounds: [],
  };
}

/** The most memory above what the server has when idle, in payloads. */
export function payloadsHeld({ idleMb, peakMb, payloadMb }: LargeRow): number {
  return (peakMb - idleMb) / payloadMb;
}

/** Lays what was measured beside what is promised. The ratio is the median of each round's own. */
export function judgeLarge(rows: readonly LargeRow[]): readonly Target[] {
  const [ours, copy] = (["presage", "copy"] as const).map((name) =>
    rows.find(({ server }) => server === name),
  );
  const ratios = (ours?.rounds ?? []).map(
    ({ ms }, round) => ms / (copy?.rounds[round]?.ms ?? Number.NaN),
  );
  return judgeAll([
    most("a large tensor there and back: presage / plain copy", 1.5, median(ratios)),
    most(
      "memory above idle meanwhile: of the payload",
      3,
      ours === undefined ? Number.NaN : payloadsHeld(ours),
    ),
  ]);
}
