import { describe, expect, it } from "vitest";
import { eventOf, scoredReport } from "../../../test/support/scored-reports.ts";
import { binaryScoring } from "../../../test/support/scorings.ts";
import { createTally, type Quality } from "./tally.ts";

const right = { truePositives: 1, falsePositives: 0, falseNegatives: 0, trueNegatives: 0 };
const wrong = { truePositives: 0, falsePositives: 1, falseNegatives: 0, trueNegatives: 0 };

const confusionOf = ({ answers }: Quality): unknown =>
  answers.kind === "binary" && {
    truePositives: answers.confusion.truePositives,
    falsePositives: answers.confusion.falsePositives,
    falseNegatives: answers.confusion.falseNegatives,
    trueNegatives: answers.confusion.trueNegatives,
  };

describe("createTally()", () => {
  it("is all zeros at first", () => {
    expect(createTally(binaryScoring).snapshot()).toMatchObject({
      rows: 0,
      samples: 0,
      corrections: 0,
      answers: { kind: "binary", confusion: { accuracy: 0 }, loss: { logLoss: 0 }, rocAuc: 0 },
      reward: { count: 0, sum: 0, mean: 0, variance: 0 },
      labelDelay: { meanMs: 0, medianMs: 0, p95Ms: 0 },
    });
  });

  it("counts a reward without truth as a row that is no sample", () => {
    const tally = createTally(binaryScoring);
    tally.fold(eventOf(scoredReport(1, { truth: undefined, reward: 2 })));
    const quality = tally.snapshot();
    expect(quality).toMatchObject({ rows: 1, samples: 0, reward: { count: 1, sum: 2 } });
    expect(quality.labelDelay.meanMs).toBe(0);
  });

  const first = scoredReport(1, { truth: 1, reward: 5, reportedAt: 1000 });
  const corrections: [string, Partial<typeof first>, unknown, object][] = [
    ["another truth", { truth: 0 }, wrong, { count: 1, sum: 5 }],
    ["another reward", { reward: 7 }, right, { count: 1, sum: 7 }],
    ["both", { truth: 0, reward: 7 }, wrong, { count: 1, sum: 7 }],
  ];
  it.each(corrections)("takes back what %s replaces", (_, change, confusion, reward) => {
    const tally = createTally(binaryScoring);
    tally.fold(eventOf(first));
    tally.fold(eventOf({ ...first, reportedAt: 9000, ...change }, 2, first));
    const quality = tally.snapshot();
    expect(quality).toMatchObject({ rows: 1, samples: 1, corrections: 1, reward });
    expect(confusionOf(quality)).toEqual(confusion);
    expect(quality.labelDelay.meanMs).toBe(1000);
  });

  it("counts the delay from when truth came, not from an earlier reward", () => {
    const tally = createTally(binaryScoring);
    const reward = scoredReport(1, { truth: undefined, reward: 2, reportedAt: 1000 });
    const truth = { ...reward, truth: 1, reportedAt: 4000 };
    tally.fold(eventOf(reward));
    tally.fold(eventOf(truth, 2, reward));
    tally.fold(eventOf({ ...truth, truth: 0, reportedAt: 6000 }, 3, truth));
    expect(tally.snapshot()).toMatchObject({ samples: 1, labelDelay: { meanMs: 4000 } });
  });

  it("counts a row as it is known now, as folding its events would", () => {
    const corrected = { ...first, truth: 0, reportedAt: 9000 };
    const [folded, added] = [createTally(binaryScoring), createTally(binaryScoring)];
    folded.fold(eventOf(first));
    folded.fold(eventOf(corrected, 2, first));
    added.add(eventOf(corrected, 2, first));
    expect(added.snapshot()).toEqual(folded.snapshot());
  });

  it("merges what was saved, by way of JSON", () => {
    const tally = createTally(binaryScoring);
    tally.fold(eventOf(first));
    tally.fold(eventOf({ ...first, truth: 0 }, 2, first));
    const whole = createTally(binaryScoring);
    whole.merge(JSON.parse(JSON.stringify(tally.save())));
    expect(whole.snapshot()).toEqual(tally.snapshot());
    whole.merge(tally.save());
    expect(whole.snapshot()).toMatchObject({ rows: 2, samples: 2, corrections: 2 });
    expect(whole.rows()).toBe(2);
  });
});
