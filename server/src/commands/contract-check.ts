import { showBreak } from "../contracts/breaks.ts";
import { deriveContracts, type RefusedVersion } from "../contracts/derive-all.ts";
import { lockFile } from "../contracts/lock-file.ts";
import { type Console, type ExitCode, layOutTable } from "./console.ts";
import { readContractModels } from "./contract-models.ts";

/** What `presage contract check` is run with. */
export interface ContractCheckCall {
  readonly directory: string;
  /** Only these; empty is every model. */
  readonly models: readonly string[];
  readonly console: Console;
}

/** Tells whether every version keeps to its contract. */
export async function checkContracts(call: ContractCheckCall): Promise<ExitCode> {
  const { directory, models, console } = call;
  const rows: string[][] = [];
  const told: string[] = [];
  for (const model of await readContractModels(directory, models)) {
    const { contracts, refused } = deriveContracts(model);
    for (const { number, versions } of contracts) {
      for (const version of versions.keys()) {
        const isLocked = model.lock?.get(number)?.versions.includes(version) === true;
        rows.push([
          model.model,
          `${version}`,
          `v${number}`,
          isLocked ? "kept" : "kept, not locked",
        ]);
      }
    }
    for (const each of refused) {
      const state = each.breaks.length > 0 ? "broken" : "none";
      rows.push([model.model, `${each.version}`, `v${each.number}`, state]);
      told.push(...describeRefused(each).map((line) => `${model.model}: ${line}`));
    }
    told.push(...model.problems.map((problem) => `${model.model}: ${problem}`));
    if (model.lock === undefined && model.problems.length === 0)
      console.err(
        `${model.model}: no ${lockFile} yet; presage contract lock ${directory} writes one`,
      );
  }
  rows.sort(([one = "", version = ""], [other = "", otherVersion = ""]) =>
    one === other ? Number(version) - Number(otherVersion) : one < other ? -1 : 1,
  );
  for (const line of layOutTable(["MODEL", "VERSION", "CONTRACT", "STATE"], rows))
    console.out(line);
  for (const line of told) console.err(line);
  return told.length > 0 ? 1 : 0;
}

/** Says why a version has no contract, and what to do about it. */
export function describeRefused(refused: RefusedVersion): readonly string[] {
  const { version, number, breaks, problems } = refused;
  const lines = [...problems, ...breaks.map(showBreak)].map(
    (each) => `version ${version}: ${each}`,
  );
  if (breaks.length === 0) return lines;
  return [
    ...lines,
    `version ${version} breaks callers of v${number}: begin the next contract with ` +
      `\`contract: { versions: { ${version}: ${number + 1} } }\` in model.yaml`,
  ];
}
