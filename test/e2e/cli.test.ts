import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { presage } from "../support/run-command.ts";
import { exampleModels, type StartedServer, startServer } from "../support/start-server.ts";

let server: StartedServer;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "presage-cli-"));
  server = await startServer();
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await rm(folder, { recursive: true });
});

const file = async (name: string, text: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
};

describe("presage --help", () => {
  it.each([
    {
      args: ["--help"],
      shows: ["serve", "models", "predict", "check", "Start here:", "Exit codes:"],
    },
    { args: ["serve", "--help"], shows: ["--tls-cert", "--cors-origin", "MODEL_DIR", "Examples:"] },
    { args: ["predict", "--help"], shows: ["--row", "--file", "--batch-size", "Examples:"] },
    { args: ["models", "--help"], shows: ["--url", "--json"] },
    { args: ["check", "--help"], shows: ["golden examples"] },
    { args: ["reference", "build", "--help"], shows: ["--data", "reference.json", "Example:"] },
    { args: ["feedback", "--help"], shows: ["export"] },
    { args: ["feedback", "export", "--help"], shows: ["--since", "--format", "Examples:"] },
  ])("teaches with $args", async ({ args, shows }) => {
    const { code, out } = await presage(args);
    expect(code).toBe(0);
    for (const text of shows) expect(out).toContain(text);
  });

  it.each([
    [["serv"]],
    [["predict"]],
    [["serve", "--prt", "1"]],
    [["predict", "iris", "--batch-size", "0"]],
  ])("ends with 2 for %j", async (args) => {
    const { code, err } = await presage(args);
    expect([code, err]).toEqual([2, expect.stringMatching(/^error: /)]);
  });
});

describe("presage models", () => {
  it("lists the models of a running server", async () => {
    const { code, out } = await presage(["models", "--url", server.url]);
    expect(code).toBe(0);
    expect(out.split("\n").map((line) => line.trim().split(/\s{2,}/))).toEqual([
      ["MODEL", "VERSION", "STATE", "TASK"],
      ["boston-housing", "1 (stable)", "READY", "regression"],
      ["breast-cancer", "1 (stable)", "READY", "binary"],
      ["breast-cancer", "2", "READY", "binary"],
      ["iris", "1", "READY", "multiclass"],
      ["oncology", "1 (stable)", "READY", "binary"],
      ["passengers", "1", "READY", "binary"],
      [""],
    ]);
  });

  it("prints everything with --json, and takes the server from PRESAGE_URL", async () => {
    const { out } = await presage(["models", "--json"], {
      environment: { PRESAGE_URL: server.url },
    });
    const { models } = JSON.parse(out) as { models: { name: string }[] };
    expect(models.map(({ name }) => name)).toContain("iris");
  });

  it("ends with 1 where no server is", async () => {
    const { code, err } = await presage(["models", "--url", "http://127.0.0.1:9"]);
    expect(code).toBe(1);
    expect(err).toContain("ECONNREFUSED");
  });
});

describe("presage predict", () => {
  const predict = (...args: readonly string[]) =>
    presage(["predict", "--url", server.url, ...args]);

  it("predicts a row", async () => {
    const { code, out } = await predict("oncology", "--row", "[4,1,2,1,2,1,1,1,1]");
    expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ class: "benign" })]);
  });

  it("prints the whole answer with --json", async () => {
    const { out } = await predict(
      "breast-cancer",
      "--model-version",
      "2",
      "--json",
      "--row",
      JSON.stringify(Array.from({ length: 30 }, () => 0.01)),
    );
    expect(JSON.parse(out)).toMatchObject({
      model: "breast-cancer",
      version: "2",
      route: { policy: "requested" },
    });
  });

  const header = "sepal_length,sepal_width,petal_length,petal_width\n";
  it.each([
    { name: "rows.csv", text: `${header}5.1,3.5,1.4,0.2\n6.9,3.1,5.4,2.1\n` },
    {
      name: "rows.ndjson",
      text: '[5.1,3.5,1.4,0.2]\n\n{"sepal_length":6.9,"sepal_width":3.1,"petal_length":5.4,"petal_width":2.1}\n',
    },
    { name: "rows.json", text: "[[5.1,3.5,1.4,0.2],[6.9,3.1,5.4,2.1]]" },
  ])("predicts the rows of $name, in order, one line each", async ({ name, text }) => {
    const { code, out, err } = await predict(
      "iris",
      "--file",
      await file(name, text),
      "--batch-size",
      "1",
    );
    const classes = out
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { class: string }).class);
    expect([code, classes, err]).toEqual([0, ["setosa", "virginica"], ""]);
  });

  it("reads cells by the types of the features, and empty ones as missing", async () => {
    const csv = "sex,embarked,alone,travel_class,age,fare\nfemale,Southampton,true,2,,13.0\n";
    const { code, out } = await predict("passengers", "--file", await file("passengers.csv", csv));
    expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ class: "saved" })]);
  });

  it("predicts a file of the model's own training data, all 506 houses", async () => {
    const source = await readFile(join(exampleModels, "boston-housing/data/boston.csv"), "utf8");
    const rows = source
      .trim()
      .split("\n")
      .map((line) => line.split(",").slice(0, 13).join(","));
    const { code, out } = await predict(
      "boston-housing",
      "--file",
      await file("houses.csv", rows.join("\n")),
    );
    expect([code, out.trim().split("\n").length]).toEqual([0, rows.length - 1]);
  });

  it("names the rows and fields that do not fit, and ends with 1", async () => {
    const { code, err } = await predict(
      "iris",
      "--file",
      await file("bad.ndjson", '[1,2,3,4]\n[1,2,"x",4]\n'),
    );
    expect(code).toBe(1);
    expect(err).toContain('  rows[1].petal_length: expected a number, got "x"');
  });

  it.each([
    { args: ["iris"], message: "expected either --row" },
    { args: ["iris", "--row", "5"], message: "--row: expected a JSON object" },
    { args: ["iris", "--row", "{"], message: "--row: expected a JSON object" },
  ])("ends with 2 for $args", async ({ args, message }) => {
    const { code, err } = await predict(...args);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });

  it.each([
    { args: ["nobody", "--row", "[1]"], message: 'there is no model "nobody"' },
    { args: ["iris", "--file", "rows.txt"], message: "expected a file that ends in" },
    { args: ["iris", "--file", "nowhere.csv"], message: "ENOENT" },
  ])("ends with 1 for $args", async ({ args, message }) => {
    const { code, err } = await predict(...args);
    expect([code, err]).toEqual([1, expect.stringContaining(message)]);
  });
});

describe("presage check", () => {
  it("passes the example models", async () => {
    const { code, out } = await presage(["check", exampleModels]);
    expect([code, out.match(/READY/g)?.length]).toEqual([0, 6]);
  });

  it("tells everything that would not serve, and ends with 1", async () => {
    const { code, out } = await presage([
      "check",
      join(exampleModels, "../../test/data/edge-broken"),
      "--json",
    ]);
    const { models } = JSON.parse(out) as {
      models: { name: string; versions: { state: string; reason: string }[] }[];
    };
    expect(code).toBe(1);
    expect(models.map(({ name, versions }) => [name, versions[0]?.state])).toEqual([
      ["empty", "UNAVAILABLE"],
      ["garbage", "UNAVAILABLE"],
      ["truncated", "UNAVAILABLE"],
    ]);
    for (const { versions } of models)
      expect(versions[0]?.reason).toMatch(/^model\.onnx: ONNX Runtime cannot load it: /);
  });

  it("ends with 2 for a directory that is not there, and 1 for an empty one", async () => {
    expect((await presage(["check", "/nowhere"])).code).toBe(2);
    const { code, err } = await presage(["check", folder]);
    expect([code, err]).toEqual([1, expect.stringContaining("holds no models")]);
  });
});

describe("presage serve", () => {
  it("tells every mistake of file, environment and flags at once", async () => {
    const config = await file(
      "bad.yaml",
      "prot: 1\nlimits: { maxRequestBytes: -1 }\ncors: { allowedOrigins: [app] }\n",
    );
    const { code, err } = await presage(
      ["serve", "/nowhere", "--config", config, "--port", "70000", "--tls-cert", "/none.pem"],
      {
        environment: { PRESAGE_TIMEOUTS_DRAIN: "soon" },
      },
    );
    expect(code).toBe(2);
    expect(
      err
        .trim()
        .split("\n")
        .map((line) => line.replace(config, "FILE")),
    ).toEqual([
      expect.stringMatching(/^FILE: prot: unknown field, expected one of models, host, port/),
      expect.stringMatching(/^FILE: limits\.maxRequestBytes: /),
      'PRESAGE_TIMEOUTS_DRAIN: expected a duration such as 10s or 0.5s, got "soon"',
      "port: expected 0 to 65535, got 70000",
      "models: there is no directory /nowhere",
      expect.stringMatching(/^tls\.cert: ENOENT/),
      "tls.key: required, as the other half of TLS is given",
    ]);
  });

  it("lets flags win over the environment, and that over the file", async () => {
    const config = await file("good.yaml", `models: /nowhere\nport: 1\nhost: 127.0.0.1\n`);
    const started = await startServer({
      flags: ["--config", config],
      environment: { PRESAGE_PORT: "2", MODEL_DIR: "/nowhere-either" },
    });
    expect(started.port).toBeGreaterThan(2);
    expect(started.models.map(({ name }) => name)).toContain("iris");
    expect(await started.stop()).toBe(0);
  });

  it("ends with 1 where the port is taken", async () => {
    const { code, err } = await presage(["serve", exampleModels, "--port", String(server.port)]);
    expect([code, err]).toEqual([1, expect.stringContaining("EADDRINUSE")]);
  });

  it("prints a table and three calls to copy", async () => {
    const port = 18_080 + (process.pid % 1000);
    const controller = new AbortController();
    const printed = presage(
      ["serve", exampleModels, "--port", String(port), "--host", "127.0.0.1"],
      {
        signal: controller.signal,
      },
    );
    const up = async (): Promise<void> => {
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
      if (answer?.status !== 200) await up();
    };
    await up();
    controller.abort();
    const { out } = await printed;
    const lines = out.split("\n");
    expect(lines[0]).toMatch(/^MODEL +VERSION +STATE +TASK$/);
    expect(out).toContain(`Presage serves on http://127.0.0.1:${port}`);
    expect(
      lines.filter((line) => /^(grpcurl -plaintext|curl -H|import \{ createClient \})/.test(line)),
    ).toHaveLength(3);
  });
});
