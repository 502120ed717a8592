import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { deriveContracts } from "../contracts/derive-all.ts";
import { protoText } from "../contracts/proto-text.ts";
import { rulesProto } from "../contracts/rules-proto.ts";
import type { Console, ExitCode } from "./console.ts";
import { describeRefused } from "./contract-check.ts";
import { readContractModels } from "./contract-models.ts";

/** What `presage contract export` is run with. */
export interface ContractExportCall {
  readonly directory: string;
  /** Only these; empty is every model. */
  readonly models: readonly string[];
  /** The directory that is written to. */
  readonly out: string;
  /** True to write what the files import as well. */
  readonly imports: boolean;
  readonly console: Console;
}

/** Writes every contract as a `.proto` file, for those who generate clients. */
export async function exportContracts(call: ContractExportCall): Promise<ExitCode> {
  const { directory, models, out, imports, console } = call;
  let failed = false;
  const write = async (name: string, text: string): Promise<void> => {
    const path = join(out, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    console.out(path);
  };
  for (const model of await readContractModels(directory, models)) {
    const { contracts, refused } = deriveContracts(model);
    for (const problem of [...model.problems, ...refused.flatMap(describeRefused)]) {
      console.err(`${model.model}: ${problem}`);
      failed = true;
    }
    for (const { versions } of contracts) {
      const [contract] = versions.values();
      if (contract !== undefined) await write(contract.file.name, protoText(contract.file));
    }
  }
  if (imports) await write(rulesProto.name, protoText(rulesProto));
  return failed ? 1 : 0;
}
