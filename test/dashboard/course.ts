import { setTimeout } from "node:timers/promises";
import { createClient } from "@presage/sdk/node";
import { faults } from "../interop/monitoring/faults.ts";
import { type Habit, repeat } from "../interop/monitoring/habit.ts";
import type { Setting } from "../interop/monitoring/setting.ts";
import { flowers, houses, nuclei, tumor } from "../interop/monitoring/tables.ts";

/** When a fault begins and ends, in seconds since the beginning. */
interface Episode {
  readonly alert: string;
  readonly from: number;
  readonly to: number;
}

/** What goes wrong in the course of the picture, by the alert that tells of it. */
const episodes: readonly Episode[] = [
  { alert: "PresageModelUnavailable", from: 30, to: 130 },
  { alert: "PresageBadCallsHigh", from: 70, to: 150 },
  { alert: "PresageOverloaded", from: 170, to: 230 },
  { alert: "PresageDrift", from: 180, to: 260 },
  { alert: "PresageQualityDropped", from: 0, to: 310 },
  { alert: "PresageErrorGrown", from: 0, to: 300 },
  { alert: "PresageLatencyHigh", from: 270, to: 320 },
  { alert: "PresageServerDown", from: 330, to: 350 },
];

/** How long it takes, in seconds. */
export const courseSeconds = 400;

/** Makes usual calls, of every protocol, and lets one thing after the other go wrong. */
export async function runCourse(setting: Setting): Promise<void> {
  const usual = callAsUsual(setting);
  await Promise.all([
    setTimeout(courseSeconds * 1000),
    rush(setting),
    ...episodes.map((each) => play(each, setting)),
  ]);
  await Promise.all(usual.map((habit) => habit.stop()));
}

async function play({ alert, from, to }: Episode, setting: Setting): Promise<void> {
  const begun = Date.now();
  const fault = faults.find(({ alerts }) => alerts.includes(alert));
  if (fault === undefined) throw new Error(`nothing provokes ${alert}`);
  await setTimeout(from * 1000);
  const end = await fault.begin(setting);
  await setTimeout(Math.max(to * 1000 - (Date.now() - begun), 0));
  await end();
}

/** Many callers at once, whose calls are merged. */
async function rush({ main: { client } }: Setting): Promise<void> {
  await setTimeout(100_000);
  const callers = Array.from({ length: 16 }, () =>
    repeat(() => client.predict("iris", [...flowers]), 8),
  );
  await setTimeout(90_000);
  await Promise.all(callers.map((caller) => caller.stop()));
}

function callAsUsual({ main, small, lasting }: Setting): readonly Habit[] {
  const url = `http://${main.instance}`;
  const connect = createClient({ baseUrl: url, protocol: "connect", retry: false });
  const web = createClient({ baseUrl: url, protocol: "grpc-web", retry: false });
  let count = 0;
  const some = <T>(rows: readonly T[], most: number): readonly T[] => {
    count += 1;
    return rows.filter((_, index) => (index * 7 + count * 37) % rows.length <= count % most);
  };
  const habits = [
    ...Array.from({ length: 4 }, () =>
      repeat(() => main.client.predict("iris", some(flowers, 4)), 15),
    ),
    ...Array.from({ length: 3 }, () => repeat(() => connect.predict("oncology", [...tumor]), 12)),
    ...Array.from({ length: 3 }, () =>
      repeat(() => web.predict("boston-housing", some(houses, 16)), 25),
    ),
    repeat(() => main.client.predict("breast-cancer", some(nuclei, 6)), 60),
    repeat(() => main.client.models(), 500),
    repeat(() => small.client.predict("iris", some(flowers, 4)), 50),
  ];
  lasting.push(...habits);
  return habits;
}
