import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StartedServer, startServer } from "../support/start-server.ts";
import { runTool } from "../support/tools.ts";

const examples = fileURLToPath(new URL("../../examples", import.meta.url));
const python = fileURLToPath(new URL("../../.tools/python/bin/python", import.meta.url));

let server: StartedServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.finish());

describe("the typed client", () => {
  it("predicts, reports what was true, and shows what does not fit", async () => {
    const program = join(examples, "typed-client/main.ts");
    const run = await runTool(process.execPath, [program, server.url]);
    expect(run.errors).toBe("");
    expect(run.code).toBe(0);
    expect(run.text).toBe(`One tumor
  benign: look again in a year
  probabilities 0.995, 0.005
  by version 1
Two tumors
  benign
  malignant
What was true, once it is known
  recorded 1 and 1 of oncology
Two mistakes
  invalid_argument, INVALID_INPUT
  clump_thickness: expected a number from 1 to 10, got 11
  mitoses: expected a number from 1 to 10, got 0
`);
  });
});

describe("the typed Python client", () => {
  it("does the same with what protoc makes of the exported contract", async () => {
    const folder = join(examples, "typed-python");
    const environment = { PYTHON: python };
    const made = await runTool("bash", [join(folder, "generate.sh")], { environment });
    expect([made.code, made.errors]).toEqual([0, expect.any(String)]);
    expect((await readdir(join(folder, "gen/presage/models/oncology/v1"))).toSorted()).toEqual([
      "contract_pb2.py",
      "contract_pb2.pyi",
      "contract_pb2_grpc.py",
    ]);
    const run = await runTool(python, [join(folder, "main.py"), `localhost:${server.port}`]);
    expect(run.errors).toBe("");
    expect(run.code).toBe(0);
    expect(run.text).toBe(`One tumor
  DIAGNOSIS_BENIGN
  probabilities 0.995, 0.005
  by version 1
Two tumors
  DIAGNOSIS_BENIGN
  DIAGNOSIS_MALIGNANT
What was true, once it is known
  recorded 1 of oncology
Two mistakes
  INVALID_ARGUMENT
  clump_thickness: expected a number from 1 to 10, got 11
  mitoses: expected a number from 1 to 10, got 0
`);
  });
});
