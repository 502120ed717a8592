import { readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../support/run-command.ts";
import { type StartedServer, startServer } from "../support/start-server.ts";

/** The fenced blocks of a page, in the languages that a test can run. */
async function snippetsOf(
  page: string,
): Promise<readonly { language: string; code: string; line: number }[]> {
  const text = await readFile(new URL(`../../${page}`, import.meta.url), "utf8");
  return [...text.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].map(
    ({ 1: language = "", 2: code = "", index }) => ({
      language,
      code,
      line: text.slice(0, index).split("\n").length + 1,
    }),
  );
}

const setosa = { rows: [{ class: "setosa" }] };

/** What the calls of the documentation are answered, by their paths. */
const answers: Readonly<Record<string, object>> = {
  "/presage.v1.InferenceService/Predict": setosa,
  "/presage.v1.InferenceService/Feedback": { recorded: 1, prediction: setosa },
  "/presage.models.oncology.v1.OncologyService/Predict": { class: "DIAGNOSIS_BENIGN" },
};

let server: StartedServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

const pages = ["README.md", "sdk/README.md"];
const snippets = (
  await Promise.all(
    pages.map(async (page) => (await snippetsOf(page)).map((each) => ({ page, ...each }))),
  )
).flat();
const programs = snippets.filter(({ language }) => language === "ts");
const curls = snippets.filter(
  ({ language, code }) => language === "sh" && code.startsWith("curl "),
);

describe("the snippets of the documentation", () => {
  it("are there to be run", () => {
    expect(programs.length).toBeGreaterThan(8);
    expect(curls.length).toBeGreaterThan(0);
  });

  it.each(programs)("run: the program in $page, line $line", async ({ page, line, code }) => {
    // In the tests' package, so that the SDK is found by its name.
    const path = fileURLToPath(
      new URL(`../.snippet-${page.replace(/\W/g, "-")}-${line}.ts`, import.meta.url),
    );
    await writeFile(path, code);
    try {
      const {
        code: exit,
        out,
        err,
      } = await run(process.execPath, [path], { environment: { PRESAGE_URL: server.url } });
      expect([exit, err]).toEqual([0, ""]);
      expect(out).not.toBe("");
    } finally {
      await rm(path);
    }
  });

  it.each(curls)("run: the call in $page, line $line", async ({ code }) => {
    const [, path = "", body = ""] = /localhost:8080(\S+)[\s\S]*?-d '(.*)'/.exec(code) ?? [];
    expect(Object.keys(answers)).toContain(path);
    const response = await fetch(server.url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect(await response.json()).toMatchObject(answers[path] ?? {});
  });
});

describe("the manifest of the README", () => {
  it("is one that a model serves with", async () => {
    const { readYamlMessage } = await import("../../server/src/documents/yaml-message.ts");
    const { ModelManifestSchema } = await import("@presage/gen/presage/v1/manifest_pb");
    const [manifest] = snippets.filter(({ language }) => language === "yaml");
    expect(readYamlMessage(ModelManifestSchema, manifest?.code ?? "").kind).toBe("ok");
  });
});
