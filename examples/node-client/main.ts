/* Asks a running server for predictions, in each way that the SDK has. */
import { createClient, isPresageError, tensor } from "@presage/sdk";

const baseUrl = process.argv[2] ?? process.env["PRESAGE_URL"] ?? "http://localhost:8080";
const client = createClient({ baseUrl });

/** What the iris model answers to one flower. */
interface Species {
  readonly class: string;
  readonly probabilities: readonly number[];
}

/** What the boston-housing model answers to one district. */
interface Worth {
  readonly prediction: number;
}

say("Models");
for (const { name, task, versions } of await client.models()) {
  say(
    `  ${name}: ${task}, ${versions.map(({ version, state }) => `${version} ${state}`).join(", ")}`,
  );
}

say("One row, by name");
const house = {
  CRIM: 15.02,
  ZN: 0,
  INDUS: 18.1,
  CHAS: 0,
  NOX: 0.614,
  RM: 5.3,
  AGE: 97.3,
  DIS: 2.1,
  RAD: 24,
  TAX: 666,
  PTRATIO: 20.2,
  B: 349.48,
  LSTAT: 24.9,
};
const worth = await client.predict<typeof house, Worth>("boston-housing", house);
say(`  ${worth.row.prediction} thousand dollars, says version ${worth.version}`);

say("Many rows, as lists");
const flowers = [
  [5.1, 3.5, 1.4, 0.2],
  [6.7, 3.1, 4.4, 1.4],
  [6.9, 3.1, 5.4, 2.1],
];
const { rows: species } = await client.predict<number[], Species>("iris", flowers);
for (const { class: name, probabilities } of species) {
  say(`  ${name}, ${(Math.max(...probabilities) * 100).toFixed(1)} %`);
}

say("A tensor");
const nuclei = new Float64Array([
  13.4, 20.52, 88.64, 556.7, 0.1106, 0.1469, 0.1445, 0.08172, 0.2116, 0.07325, 0.3906, 0.9306,
  3.093, 33.67, 0.005414, 0.02265, 0.03452, 0.01334, 0.01705, 0.004005, 16.41, 29.66, 113.3, 844.4,
  0.1574, 0.3856, 0.5106, 0.2051, 0.3585, 0.1109,
]);
const diagnosis = await client.predictTensors("breast-cancer", {
  X: tensor("FP64", [1, 30], nuclei),
});
for (const [name, { dataType, shape, data }] of Object.entries(diagnosis.tensors)) {
  say(`  ${name}: ${dataType} [${shape.join(", ")}] = ${data.join(", ")}`);
}

say("A stream, which answers in any order");
const requests = flowers.map((rows, index) => ({ requestId: `flower ${index + 1}`, rows }));
const answers = new Map<string, string>();
for await (const { requestId, prediction, error } of client.predictStream<number[], Species>(
  "iris",
  requests,
)) {
  answers.set(requestId, prediction?.rows[0]?.class ?? error?.message ?? "no answer");
}
for (const { requestId } of requests) say(`  ${requestId}: ${answers.get(requestId)}`);

say("Two mistakes");
try {
  await client.predict("boston-housing", { ...house, RM: "many", LSTAT: undefined });
} catch (error) {
  if (!isPresageError(error)) throw error;
  say(`  ${error.code}, ${error.reason}`);
  for (const { field, description } of error.violations) say(`  ${field}: ${description}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
