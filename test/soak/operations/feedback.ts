import type { FeedbackReceipt } from "@presage/sdk/node";
import { checkEqual, checkRows } from "../expected.ts";
import { anyTruth, askAny, type Question } from "../questions.ts";
import { below } from "../random.ts";
import { expectRefusal } from "../refusals.ts";
import { anyLane, type Operation, type Setting } from "../setting.ts";

/** A prediction whose truth comes later. */
interface Pending {
  readonly predictionId: string;
  readonly question: Question;
}

/** How many predictions wait for their truth, the oldest of which gets it next. */
const waiting = 200;

type AnsweredRow = Readonly<Record<string, unknown>>;

/** Truth and rewards that come back, at once and later, corrections, and ids that nobody made. */
export function feedbackOperations(setting: Setting): readonly Operation[] {
  const { random, ledger } = setting;
  const pending: Pending[] = [];

  /** Predicts over one protocol; what follows may come over another. */
  async function predict(): Promise<Pending> {
    const question = askAny(random, 4);
    const { model, asked, rows } = question;
    const answer = await anyLane(setting).client.predict<object, AnsweredRow>(model, rows, {
      version: asked,
    });
    checkRows(question, answer.rows);
    return { predictionId: answer.predictionId, question };
  }

  /** Reports a truth that is the first of its rows. */
  async function report(
    { predictionId, question }: Pending,
    truth: readonly number[],
  ): Promise<void> {
    ledger.begin(question, truth.length);
    checkReceipt(await anyLane(setting).client.feedback(predictionId, { truth }), [
      truth.length,
      0,
      0,
    ]);
    ledger.keep(question, truth.length);
  }

  return [
    {
      name: "truth",
      weight: 6,
      timed: false,
      async run() {
        const prediction = await predict();
        const truth = anyTruth(prediction.question, random);
        await report(prediction, truth);
        const again = await anyLane(setting).client.feedback(prediction.predictionId, { truth });
        checkReceipt(again, [0, 0, truth.length]);
        return 3;
      },
    },
    {
      name: "correction",
      weight: 3,
      timed: false,
      async run() {
        const prediction = await predict();
        const { classes } = prediction.question;
        const truth = anyTruth(prediction.question, random);
        await report(prediction, truth);
        const other = truth.map((value) => (value + 1) % (classes?.length ?? 1000));
        const row = below(random, truth.length);
        const corrected = await anyLane(setting).client.feedback(prediction.predictionId, {
          truth: [other[row] ?? 0],
          rows: [row],
        });
        checkReceipt(corrected, [0, 1, 0]);
        return 3;
      },
    },
    {
      name: "reward",
      weight: 2,
      timed: false,
      async run() {
        const { predictionId, question } = await predict();
        const reward = question.rows.map(() => random() - 0.5);
        const receipt = await anyLane(setting).client.feedback(predictionId, { reward });
        checkReceipt(receipt, [reward.length, 0, 0]);
        return 2;
      },
    },
    {
      name: "rows with their truth",
      weight: 2,
      timed: true,
      async run() {
        const question = askAny(random, 4);
        const { model, asked, rows } = question;
        const truth = anyTruth(question, random);
        ledger.begin(question, rows.length);
        const scored = await anyLane(setting).client.predictWithFeedback<object, AnsweredRow>(
          model,
          rows,
          { truth },
          { version: asked },
        );
        ledger.keep(question, rows.length);
        checkReceipt(scored, [rows.length, 0, 0]);
        checkRows(question, scored.prediction.rows);
        return 1;
      },
    },
    {
      name: "late truth",
      weight: 4,
      timed: false,
      async run() {
        pending.push(await predict());
        const oldest = pending.length > waiting ? pending.shift() : undefined;
        if (oldest === undefined) return 1;
        await report(oldest, anyTruth(oldest.question, random));
        return 2;
      },
    },
    {
      name: "forged id",
      weight: 2,
      timed: false,
      async run() {
        const { predictionId, question } = await predict();
        const place = below(random, predictionId.length - 1);
        const forged = `${predictionId.slice(0, place)}${predictionId[place] === "A" ? "B" : "A"}${predictionId.slice(place + 1)}`;
        const call = anyLane(setting).client.feedback(forged, {
          truth: anyTruth(question, random),
        });
        await expectRefusal(call, { code: "invalid_argument", reason: "PREDICTION_ID_INVALID" });
        return 2;
      },
    },
  ];
}

function checkReceipt(
  { recorded, corrected, unchanged }: Pick<FeedbackReceipt, "recorded" | "corrected" | "unchanged">,
  wanted: readonly [recorded: number, corrected: number, unchanged: number],
): void {
  checkEqual(
    "rows recorded, corrected, unchanged",
    String([recorded, corrected, unchanged]),
    String(wanted),
  );
}
