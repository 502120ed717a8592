import type { PresageClient } from "@presage/sdk/node";
import { type Habit, repeat } from "./habit.ts";
import type { Setting } from "./setting.ts";
import { flowers, houses, type NumbersRow, nuclei, tumor } from "./tables.ts";

/** Something that goes wrong, and what is to be told of it. */
export interface Fault {
  /** In words, e.g. `a store that is away`. */
  readonly name: string;
  /** The alerts that fire while it lasts, and not after it. */
  readonly alerts: readonly string[];
  /** The labels that each of them has, among others. */
  readonly labels: (setting: Setting) => Readonly<Record<string, string>>;
  /** Brings it about. Resolves to what ends it. */
  readonly begin: (setting: Setting) => Promise<() => Promise<void>>;
}

/** Every fault that the rules alert on, but for the one that there is no server. */
export const faults: readonly Fault[] = [
  {
    name: "a server that has ended, until it is started again",
    alerts: ["PresageServerDown"],
    labels: ({ small: { instance } }) => ({ instance }),
    async begin({ small }) {
      await small.stop();
      return () => small.start();
    },
  },
  {
    name: "a model file that is broken, until it is mended",
    alerts: ["PresageModelUnavailable", "PresageErrorRateHigh"],
    labels: () => ({ job: "presage" }),
    begin(setting) {
      const { broken } = setting;
      const calls = repeat(() => broken.client.predict("broken", [...flowers]), 20);
      return Promise.resolve(async () => {
        await broken.stop();
        setting.mend();
        await broken.start();
        await someTimes(40, () => broken.client.predict("broken", [...flowers]));
        await calls.stop();
      });
    },
  },
  {
    name: "a store that is away, until it is back",
    alerts: ["PresageFeedbackStoreDown"],
    labels: ({ stored: { instance } }) => ({ instance }),
    async begin({ postgres }) {
      await postgres.stop();
      return () => postgres.start();
    },
  },
  {
    name: "callers that send what does not fit, until they are mended",
    alerts: ["PresageBadCallsHigh"],
    labels: () => ({ model: "oncology" }),
    begin(setting) {
      const { client } = setting.main;
      const calls = repeat(() => client.predict("oncology", [...tumor, 1]), 20);
      return replacedLater(setting, calls, () => client.predict("oncology", [...tumor]));
    },
  },
  {
    name: "five callers of a model that takes 0.2 s for each, until they go",
    alerts: ["PresageLatencyHigh"],
    labels: () => ({ model: "slow", version: "1" }),
    begin({ main: { client } }) {
      const calls = Array.from({ length: 5 }, () => repeat(() => askSlow(client, "slow"), 0));
      return Promise.resolve(async () => {
        await Promise.all(calls.map((each) => each.stop()));
      });
    },
  },
  {
    name: "more callers at once than a model can answer, until there is one",
    alerts: ["PresageOverloaded"],
    labels: () => ({ model: "crowded" }),
    begin({ main: { client } }) {
      const calls = Array.from({ length: 12 }, () => repeat(() => askSlow(client, "crowded"), 10));
      return Promise.resolve(async () => {
        const [last, ...others] = calls;
        await Promise.all(others.map((each) => each.stop()));
        // It goes on, alone, and is answered.
        await someTimes(5, () => askSlow(client, "crowded"));
        await last?.stop();
      });
    },
  },
  {
    name: "answers that turn out wrong, until they are right again",
    alerts: ["PresageQualityDropped", "PresageQualityLow"],
    labels: () => ({ model: "iris", version: "1" }),
    async begin(setting) {
      const { client } = setting.main;
      const isRight = (label: number): number => label;
      const usual = repeat(() => reportSpecies(client, flowers, isRight), 200);
      await hasPast(setting, 'version:presage_quality_accuracy:ratio1d_before{model="iris"}');
      await usual.stop();
      // Many at once, so that they outweigh what came before.
      const many = manyOf(flowers);
      const wrong = repeat(() => reportSpecies(client, many, (label) => (label + 1) % 3), 200);
      return replacedLater(setting, wrong, () => reportSpecies(client, many, isRight));
    },
  },
  {
    name: "numbers that turn out further off, until they are as near as before",
    alerts: ["PresageErrorGrown"],
    labels: () => ({ model: "boston-housing", version: "1" }),
    async begin(setting) {
      const { client } = setting.main;
      const some = houses.filter((_, index) => index % 25 === 0);
      const usual = repeat(() => reportWorth(client, some, 1), 200);
      await hasPast(
        setting,
        'version:presage_quality_absolute_error:mean1d_before{model="boston-housing"}',
      );
      await usual.stop();
      const many = [...houses];
      const wrong = repeat(() => reportWorth(client, many, 4), 200);
      return replacedLater(setting, wrong, () => reportWorth(client, many, 1));
    },
  },
  {
    name: "a sensor that is stuck, until many rows came from one that is not",
    alerts: ["PresageDrift"],
    labels: () => ({ model: "breast-cancer", version: "1" }),
    begin(setting) {
      const { client } = setting.main;
      const stuck = nuclei.map((row) => ({ ...row, mean_radius: 14 }));
      const calls = repeat(() => client.predict("breast-cancer", stuck.slice(0, 50)), 500);
      return replacedLater(setting, calls, () => client.predict("breast-cancer", [...nuclei]));
    },
  },
];

/** What ends a habit, and makes calls that are as they should be until the setting ends. */
function replacedLater(
  setting: Setting,
  habit: Habit,
  call: () => Promise<unknown>,
): Promise<() => Promise<void>> {
  return Promise.resolve(async () => {
    await habit.stop();
    setting.lasting.push(repeat(call, 20));
  });
}

async function someTimes(count: number, call: () => Promise<unknown>): Promise<void> {
  for (let time = 0; time < count; time += 1) await call();
}

function askSlow(client: PresageClient, model: string): Promise<unknown> {
  return client.predictTensors(model, { x: { data: Float32Array.of(1), shape: [1, 1] } });
}

/** The same rows, thirty times. */
function manyOf<T>(rows: readonly T[]): readonly T[] {
  return Array.from({ length: 30 }, () => rows).flat();
}

/** Predicts flowers, and reports what they turned out to be, as a function of what was answered. */
async function reportSpecies(
  client: PresageClient,
  rows: readonly (readonly number[])[],
  truth: (label: number) => number,
): Promise<void> {
  const answer = await client.predict<readonly number[], { label: number }>("iris", rows);
  const truths = answer.rows.map(({ label }) => truth(label));
  // Worth something where it was right.
  const reward = answer.rows.map(({ label }, row) => Number(label === truths[row]));
  await answer.feedback({ truth: truths, reward });
}

/** Predicts houses, and reports that they are worth so much more. */
async function reportWorth(
  client: PresageClient,
  rows: readonly NumbersRow[],
  more: number,
): Promise<void> {
  const answer = await client.predict<NumbersRow, { prediction: number }>("boston-housing", rows);
  await answer.feedback({ truth: answer.rows.map(({ prediction }) => prediction + more) });
}

/** Resolves once there is a past to compare with. */
async function hasPast(setting: Setting, series: string): Promise<void> {
  await setting.until(
    `there is ${series}`,
    async () => (await setting.prometheus.query(series)).length > 0,
  );
}
