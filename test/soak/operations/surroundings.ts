import { checkEqual } from "../expected.ts";
import { subjects } from "../questions.ts";
import { pick } from "../random.ts";
import { anyLane, type Operation, type Setting } from "../setting.ts";

/** What callers ask beside predictions: models and health. */
export function surroundingOperations(setting: Setting): readonly Operation[] {
  return [
    {
      name: "models",
      weight: 1,
      timed: true,
      async run() {
        const models = await anyLane(setting).client.models();
        checkEqual("models", models.length, new Set(subjects.map(({ model }) => model)).size);
        return 1;
      },
    },
    {
      name: "model",
      weight: 1,
      timed: true,
      async run() {
        const { model, version } = pick(setting.random, subjects);
        const { versions } = await anyLane(setting).client.model(model);
        const asked = versions.find((each) => each.version === version);
        checkEqual("state", asked?.state, "READY");
        return 1;
      },
    },
    {
      name: "health",
      weight: 1,
      timed: true,
      async run() {
        checkEqual("health", await anyLane(setting).client.health(), "SERVING");
        return 1;
      },
    },
  ];
}
