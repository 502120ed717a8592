/* Asks the server for the species of the flower in the form. */
import { createClient, PresageError } from "@presage/sdk/web";
import { type Species, showAnswer } from "./answer.ts";
import { findFlowerForm } from "./flower-form.ts";
import { element } from "./page.ts";

const baseUrl = new URLSearchParams(location.search).get("server") ?? "http://localhost:8080";
const form = findFlowerForm();
let running = new AbortController();

element("server", HTMLElement).textContent = baseUrl;
form.onSubmit(() => {
  // Only the answer to the last question matters.
  running.abort();
  running = new AbortController();
  void predict(running.signal);
});

async function predict(signal: AbortSignal): Promise<void> {
  try {
    const client = createClient({ baseUrl, protocol: form.protocol() });
    const [prediction, model] = await Promise.all([
      client.predict<object, Species>("iris", form.row(), { signal }),
      client.model("iris", { signal }),
    ]);
    const answering = model.versions.find(({ version }) => version === prediction.version);
    const labels = answering?.signature?.classes.map(({ label }) => label);
    form.showViolations([]);
    showFailure("");
    showAnswer(prediction, labels);
  } catch (thrown) {
    if (signal.aborted) return;
    const error = PresageError.from(thrown);
    const elsewhere = form.showViolations(error.violations);
    const isShown = error.violations.length > 0 && elsewhere.length === 0;
    showFailure(isShown ? "" : `${error.code}: ${error.message}`);
    showAnswer(undefined);
  }
}

function showFailure(text: string): void {
  const failure = element("failure", HTMLElement);
  failure.textContent = text;
  failure.hidden = text === "";
}
