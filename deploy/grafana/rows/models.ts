import { MappingType } from "@grafana/schema";
import type { Row } from "../layout.ts";
import { lines, states } from "../panels.ts";
import { versionsOf } from "../queries.ts";

/** From the best to the worst, so that the worst among the servers is the greatest. */
const lifeStates = [
  { state: "ready", color: "green" },
  { state: "loading", color: "blue" },
  { state: "unloading", color: "orange" },
  { state: "unavailable", color: "red" },
];

const worst = lifeStates
  .map(({ state }, index) => {
    const is = `presage_model_state{state="${state}", model=~"$model", version=~"$version"}`;
    return index === 0 ? is : `${index + 1} * ${is}`;
  })
  .join(" or ");

export const modelsRow: Row = {
  title: "Models",
  panels: [
    states({
      title: "States",
      description:
        "The state of each version over time; of several servers, that of the one furthest behind.",
      unit: "none",
      width: 16,
      queries: [{ expr: `max by (model, version) (${worst})`, legend: "{{model}} {{version}}" }],
      steps: lifeStates.map(({ color }, index) => ({
        color,
        value: index === 0 ? null : index + 1,
      })),
      mappings: [
        {
          type: MappingType.ValueToText,
          options: Object.fromEntries(
            lifeStates.map(({ state, color }, index) => [index + 1, { text: state, color }]),
          ),
        },
      ],
    }),
    lines({
      title: "Versions by state",
      description: "How many versions are in each state on at least one server.",
      unit: "none",
      min: 0,
      stacked: true,
      queries: [
        {
          expr: `sum by (state) (${versionsOf("presage_model_state", { by: ["state"] })})`,
          legend: "{{state}}",
        },
      ],
    }),
  ],
};
