import type { ModelMetrics } from "@presage/sdk/node";
import { Unexpected } from "../expected.ts";
import type { LedgerEntry } from "../ledger.ts";
import { type Subject, subjects } from "../questions.ts";
import { pick } from "../random.ts";
import { anyLane, type Operation, type Setting } from "../setting.ts";

/** How long a watcher waits for something new: another report comes sooner. */
const patienceMs = 30_000;

/** Metrics and those who watch them, which must count every report that was acknowledged before. */
export function qualityOperations(setting: Setting): readonly Operation[] {
  const { random, ledger } = setting;
  return [
    {
      name: "metrics",
      weight: 2,
      timed: true,
      async run() {
        const subject = pick(random, subjects);
        const { model, version } = subject;
        const before = ledger.read(subject);
        const history = random() < 0.2 ? { history: { stepMs: 60_000, steps: 5 } } : {};
        const metrics = await anyLane(setting).client.metrics(model, { version, ...history });
        checkSamples(metrics, subject, { kept: before.kept, begun: ledger.read(subject).begun });
        return 1;
      },
    },
    {
      name: "watched metrics",
      weight: 1,
      timed: false,
      async run() {
        const subject = pick(random, subjects);
        const { model, version } = subject;
        const { kept } = ledger.read(subject);
        let answers = 0;
        const watch = anyLane(setting).client.watchMetrics(model, {
          version,
          timeoutMs: patienceMs,
        });
        for await (const metrics of watch) {
          checkSamples(metrics, subject, { kept, begun: ledger.read(subject).begun });
          answers += 1;
          if (answers === 2) break;
        }
        if (answers < 2) throw new Unexpected("the metrics' stream ended by itself");
        return 1;
      },
    },
  ];
}

function checkSamples(
  { metrics }: ModelMetrics,
  { version }: Subject,
  { kept, begun }: LedgerEntry,
): void {
  const samples = metrics.find((each) => each.version === version)?.samples ?? Number.NaN;
  if (!(samples >= kept && samples <= begun))
    throw new Unexpected(
      samples < kept
        ? "metrics have fewer rows than were acknowledged"
        : "metrics have more rows than were reported",
    );
}
