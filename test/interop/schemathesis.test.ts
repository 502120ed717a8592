import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StartedServer, startServer } from "../support/start-server.ts";
import { runTool } from "../support/tools.ts";

const config = fileURLToPath(new URL("schemathesis/schemathesis.toml", import.meta.url));

/** Where its generator keeps files of its own, which would else be in the folder of the caller. */
const storage = fileURLToPath(new URL("../../.tools/schemathesis/storage", import.meta.url));

/** The models with few features: those with many have the same kinds of fields, and take long. */
const paths = String.raw`^/presage\.(v1|models\.(iris|oncology|passengers)\.v1)\.`;

let server: StartedServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.finish());

describe("schemathesis", () => {
  it("finds neither a fault of the server nor an answer that is not documented", async () => {
    const document = `${server.url}/openapi.json`;
    const { code, text, errors } = await runTool(
      "schemathesis",
      ["--config-file", config, "run", document, "--no-color", "--include-path-regex", paths],
      { environment: { HYPOTHESIS_STORAGE_DIRECTORY: storage } },
    );
    expect({ code, said: code === 0 ? "" : text + errors }).toEqual({ code: 0, said: "" });
    // Eleven operations: that nothing was found in nothing would say little.
    expect(text).toContain("11 selected");
  }, 120_000);
});
