/* Asks the oncology model, by the types that `presage sdk` has generated for it. */
import { createGrpcTransport } from "@connectrpc/connect-node";
import { isPresageError } from "@presage/sdk";
import { classLabels, createOncology, Diagnosis } from "./gen/oncology.ts";

const baseUrl = process.argv[2] ?? process.env["PRESAGE_URL"] ?? "http://localhost:8080";
const oncology = createOncology(createGrpcTransport({ baseUrl }));

/** Nine grades from 1 to 10, each under its name. The compiler knows if one is missing. */
const tumor = {
  clumpThickness: 4,
  uniformityOfCellSize: 1,
  uniformityOfCellShape: 2,
  marginalAdhesion: 1,
  singleEpithelialCellSize: 2,
  bareNuclei: 1,
  blandChromatin: 1,
  normalNucleoli: 1,
  mitoses: 1,
};
const largeTumor = { ...tumor, clumpThickness: 10, uniformityOfCellSize: 8, bareNuclei: 10 };

say("One tumor");
const prediction = await oncology.predict(tumor);
say(`  ${nameOf(prediction.class)}: ${advice(prediction.class)}`);
say(`  probabilities ${prediction.probabilities.map((each) => each.toFixed(3)).join(", ")}`);
say(`  by version ${prediction.modelVersion}`);

say("Two tumors");
const both = await oncology.predictBatch([tumor, largeTumor], { version: "stable" });
for (const answer of both.rows) say(`  ${nameOf(answer.class)}`);

say("What was true, once it is known");
const first = await prediction.feedback({ truth: Diagnosis.BENIGN });
const second = await both.feedback({ truth: [null, Diagnosis.MALIGNANT] });
say(`  recorded ${first.recorded} and ${second.recorded} of ${second.model}`);

say("Two mistakes");
try {
  await oncology.predict({ ...tumor, clumpThickness: 11, mitoses: 0 });
} catch (error) {
  if (!isPresageError(error)) throw error;
  say(`  ${error.code}, ${error.reason}`);
  for (const { field, description } of error.violations) say(`  ${field}: ${description}`);
}

function advice(diagnosis: Diagnosis | undefined): string {
  switch (diagnosis) {
    case Diagnosis.BENIGN:
      return "look again in a year";
    case Diagnosis.MALIGNANT:
      return "see a surgeon";
    default:
      return "ask somebody else";
  }
}

function nameOf(diagnosis: Diagnosis | undefined): string {
  return (diagnosis === undefined ? undefined : classLabels.get(diagnosis)) ?? "unknown";
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
