import type { Prediction } from "@presage/sdk/web";
import { element, make } from "./page.ts";

/** What the iris model answers to one flower. */
export interface Species {
  readonly class: string;
  /** One for each class, in the order of the model's classes. */
  readonly probabilities: readonly number[];
}

/** Shows an answer, with the classes' labels; undefined takes the last one away. */
export function showAnswer(
  prediction: Prediction<Species> | undefined,
  labels: readonly string[] = [],
): void {
  const answer = element("answer", HTMLElement);
  if (prediction === undefined) {
    answer.replaceChildren();
    return;
  }
  const { row, version, route, predictionId } = prediction;
  const bars = row.probabilities.map((probability, index) =>
    describeClass(labels[index] ?? `class ${index}`, probability),
  );
  answer.replaceChildren(
    make("h2", "", "It is ", make("strong", "", row.class)),
    make("dl", "", ...bars),
    make("p", "origin", `Version ${version} (${route.policy}), prediction ${predictionId}`),
  );
}

function describeClass(label: string, probability: number): HTMLElement {
  const percent = `${(probability * 100).toFixed(1)} %`;
  const fill = make("span", "");
  fill.style.width = `${probability * 100}%`;
  const bar = make("dd", "bar", fill);
  bar.ariaHidden = "true";
  return make("div", "", make("dt", "", label), bar, make("dd", "", percent));
}
