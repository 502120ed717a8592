import type { Row, Value, Violation } from "@presage/sdk/web";
import { element } from "./page.ts";

/** How the page can call the server. */
export type Protocol = "connect" | "grpc-web";

/** The form: what it asks, and what is wrong with it. */
export interface FlowerForm {
  /** The flower, as it was typed: what is wrong with it is for the server to say. */
  row(): Row;
  protocol(): Protocol;
  /** Shows violations at their fields, and gives back those that have no field here. */
  showViolations(violations: readonly Violation[]): readonly Violation[];
  onSubmit(listener: () => void): void;
}

/** Finds the form of the page. */
export function findFlowerForm(): FlowerForm {
  const form = element("flower", HTMLFormElement);
  const inputs = [...form.querySelectorAll<HTMLInputElement>(".field input")];
  return {
    row: () => Object.fromEntries(inputs.map(({ name, value }) => [name, readValue(value)])),
    protocol: () => (new FormData(form).get("protocol") === "grpc-web" ? "grpc-web" : "connect"),
    showViolations(violations) {
      for (const input of inputs) {
        const own = violations.filter(({ field }) => field === pathOf(input));
        const text = own.map(({ description }) => description).join("; ");
        element(`${input.id}-problem`, HTMLElement).textContent = text;
        input.ariaInvalid = own.length > 0 ? "true" : null;
      }
      inputs.find((input) => input.ariaInvalid === "true")?.focus();
      return violations.filter(({ field }) => !inputs.some((input) => pathOf(input) === field));
    },
    onSubmit(listener) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        listener();
      });
    },
  };
}

/** The name that the server gives the input's value. */
function pathOf(input: HTMLInputElement): string {
  return `rows[0].${input.name}`;
}

function readValue(text: string): Value | undefined {
  if (text.trim() === "") return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}
