import { readFile } from "node:fs/promises";
import { type Console, type ExitCode, layOutTable } from "./console.ts";
import { pullContracts } from "./sdk-contracts.ts";
import { writeFolder } from "./sdk-folder.ts";
import { type GeneratedFile, generateMessages, type ImportExtension } from "./sdk-messages.ts";
import { generatedMark, writeIndex, writeModules } from "./sdk-modules.ts";

/** What `presage sdk` is run with. */
export interface SdkCall {
  readonly url: string;
  /** Only these models; empty for every model. */
  readonly models: readonly string[];
  /** The folder that the client is written to. */
  readonly out: string;
  readonly importExtension: ImportExtension;
  readonly console: Console;
}

/** Generates a typed TypeScript client of a running server's models. */
export async function generateSdk(call: SdkCall): Promise<ExitCode> {
  const { url, out, importExtension, console } = call;
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    console.err(`expected the server's URL, e.g. http://localhost:8080, got ${url}`);
    return 2;
  }
  console.err(`reading the contracts of ${url}`);
  const { contracts, files, problems } = await pullContracts(url, call.models);
  for (const problem of problems) console.err(problem);
  console.err(`generating the code of ${contracts.map(({ model }) => model).join(", ")}`);
  const modules = writeModules(contracts, importExtension);
  const messages = await generateMessages(files, importExtension);
  const generated: readonly GeneratedFile[] = [
    ...modules,
    writeIndex(modules, importExtension),
    await readTypedModel(),
    ...messages,
  ];
  await writeFolder(out, generated);
  const rows = modules.map(({ model, service, factory, path }) => [
    model,
    service,
    `${factory}()`,
    path,
  ]);
  for (const line of layOutTable(["MODEL", "SERVICE", "FACTORY", "MODULE"], rows))
    console.out(line);
  console.out(`${generated.length} files in ${out}; they need these packages:`);
  console.out(`  npm install ${packages.join(" ")}`);
  return 0;
}

const packages = [
  "@bufbuild/protobuf",
  "@bufbuild/protovalidate",
  "@connectrpc/connect",
  "@connectrpc/connect-node",
  "@presage/gen",
  "@presage/sdk",
];

/** Reads the layer below the generated modules, which is the same for every model. */
async function readTypedModel(): Promise<GeneratedFile> {
  // From here or from what is compiled of it: the package has its sources, too.
  const source = new URL("../../src/commands/sdk-typed-model.ts", import.meta.url);
  return {
    path: "typed-model.ts",
    text: `${generatedMark}\n${await readFile(source, "utf8")}`,
  };
}
