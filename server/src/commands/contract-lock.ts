import { rename, writeFile } from "node:fs/promises";
import { deriveContracts } from "../contracts/derive-all.ts";
import type { ContractLock } from "../contracts/lock.ts";
import { lockChanges } from "../contracts/lock-changes.ts";
import { lockText } from "../contracts/lock-file.ts";
import type { Console, ExitCode } from "./console.ts";
import { describeRefused } from "./contract-check.ts";
import { type ContractModel, readContractModels } from "./contract-models.ts";

/** What `presage contract lock` is run with. */
export interface ContractLockCall {
  readonly directory: string;
  /** Only these; empty is every model. */
  readonly models: readonly string[];
  /** True to take what breaks callers; what is gone is reserved. */
  readonly breaking: boolean;
  readonly console: Console;
}

/** Writes down the numbers of every contract, and tells what is new. */
export async function lockContracts(call: ContractLockCall): Promise<ExitCode> {
  const { directory, models, breaking, console } = call;
  let failed = false;
  for (const model of await readContractModels(directory, models)) {
    const { contracts, refused } = deriveContracts({ ...model, takeBreaks: breaking });
    const problems = [...model.problems, ...refused.flatMap(describeRefused)];
    for (const problem of problems) console.err(`${model.model}: ${problem}`);
    if (problems.length > 0) {
      console.err(`${model.model}: nothing was written`);
      failed = true;
      continue;
    }
    // Contracts whose versions are gone keep their numbers, should these come back.
    const lock: ContractLock = new Map([
      ...(model.lock ?? []),
      ...contracts.map(({ number, locked }) => [number, locked] as const),
    ]);
    await write(model, lock, console);
  }
  return failed ? 1 : 0;
}

async function write(model: ContractModel, lock: ContractLock, console: Console): Promise<void> {
  const text = lockText(lock);
  if (model.lock !== undefined && lockText(model.lock) === text) {
    console.out(`${model.model}: unchanged`);
    return;
  }
  const draft = `${model.lockPath}.${process.pid}`;
  await writeFile(draft, text);
  await rename(draft, model.lockPath);
  console.out(`${model.model}: ${model.lockPath}`);
  for (const change of lockChanges(model.lock ?? new Map(), lock)) console.out(`  ${change}`);
}
