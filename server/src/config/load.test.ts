import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "@bufbuild/protobuf";
import { afterAll, describe, expect, it } from "vitest";
import { type LoadedConfig, loadConfig } from "./load.ts";
import type { ServerOptions } from "./options.ts";

const root = mkdtempSync(join(tmpdir(), "presage-config-"));
afterAll(() => rmSync(root, { recursive: true }));
for (const directory of ["models", "other"]) mkdirSync(join(root, directory));

let files = 0;

interface Given {
  /** The text of the file, which lies in the root. */
  readonly file?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly flags?: Readonly<Record<string, JsonObject>>;
}

function load({
  file,
  environment = {},
  flags = {},
}: Given): LoadedConfig<ServerOptions> & { path: string } {
  const path = join(root, `presage-${(files += 1)}.yaml`);
  if (file !== undefined) writeFileSync(path, file);
  const settings = Object.entries(flags).map(([flag, config]) => ({ flag, config }));
  const sources = { file: file === undefined ? undefined : path, environment, flags: settings };
  return { ...loadConfig(sources), path };
}

const file = "models: models\nport: 1\nlimits: { maxRequestBytes: 10, maxResponseBytes: 20 }";

describe("loadConfig()", () => {
  const ports: [string, Given, number][] = [
    ["the default", { flags: { "[dir]": { models: join(root, "models") } } }, 8080],
    ["the file over the default", { file }, 1],
    ["the environment over the file", { file, environment: { PRESAGE_PORT: "2" } }, 2],
    [
      "a flag over the environment",
      { file, environment: { PRESAGE_PORT: "2" }, flags: { "--port": { port: 3 } } },
      3,
    ],
    [
      "a flag of 0 over the environment",
      { file, environment: { PRESAGE_PORT: "2" }, flags: { "--port": { port: 0 } } },
      0,
    ],
  ];
  it.each(ports)("takes %s", (_, given, port) => {
    expect(load(given)).toMatchObject({ kind: "ok", options: { port } });
  });

  it("merges the fields of a field", () => {
    expect(load({ file, environment: { PRESAGE_LIMITS_MAX_REQUEST_BYTES: "11" } })).toMatchObject({
      kind: "ok",
      options: { maxRequestBytes: 11, maxResponseBytes: 20 },
    });
  });

  it("takes no for an answer, and nothing", () => {
    const given = {
      file: `${file}\ntracing: { trustRemoteContext: true }\nlog: { accessSample: 0.5, level: warn }`,
      environment: {
        PRESAGE_TRACING_TRUST_REMOTE_CONTEXT: "false",
        PRESAGE_LOG_ACCESS_SAMPLE: "0",
      },
    };
    expect(load(given)).toMatchObject({
      kind: "ok",
      options: {
        tracing: { trustRemoteContext: false },
        log: { level: "warn", format: "auto", accessSample: 0 },
      },
    });
  });

  it("replaces lists whole", () => {
    const given = {
      file: `${file}\ncors: { allowedOrigins: ["https://a.example", "https://b.example"] }`,
      environment: { PRESAGE_CORS_ALLOWED_ORIGINS: "*" },
    };
    expect(load(given)).toMatchObject({ kind: "ok", options: { allowedOrigins: ["*"] } });
  });

  it("finds the paths of a file beside it, and others as they are written", () => {
    expect(load({ file: "models: models\ndata: state" })).toMatchObject({
      options: { models: join(root, "models"), data: join(root, "state") },
    });
    expect(load({ file, environment: { PRESAGE_DATA: "state" } })).toMatchObject({
      options: { data: "state" },
    });
  });

  it("takes MODEL_DIR, unless PRESAGE_MODELS says otherwise", () => {
    const [models, other] = [join(root, "models"), join(root, "other")];
    expect(load({ environment: { MODEL_DIR: models } })).toMatchObject({ options: { models } });
    expect(load({ environment: { MODEL_DIR: models, PRESAGE_MODELS: other } })).toMatchObject({
      options: { models: other },
    });
  });

  it("tells every mistake of every source at once, and where it is", () => {
    const loaded = load({
      file: "models: nowhere\nprot: 1",
      environment: {
        PRESAGE_PORT: "http",
        PRESAGE_TIMEOUTS_DRAIN: "30",
        MODEL_DIR: join(root, "gone"),
      },
      flags: { "--port": { port: 70_000 }, "--tls-cert": { tls: { cert: "/gone.crt" } } },
    });
    expect(loaded).toEqual({
      path: loaded.path,
      kind: "invalid",
      problems: [
        `${loaded.path}: prot: unknown field, expected one of models, host, port, data, tls, cors, limits, timeouts, processes, store, feedback, log, tracing, metrics`,
        'PRESAGE_PORT: expected number (uint32), got "http"',
        'PRESAGE_TIMEOUTS_DRAIN: expected a duration such as 10s or 0.5s, got "30"',
        "port: expected 0 to 65535, got 70000",
        `models: there is no directory ${join(root, "gone")}`,
        "tls.cert: ENOENT: no such file or directory, open '/gone.crt'",
        "tls.key: required, as the other half of TLS is given",
      ],
    });
  });

  it("tells of a file that cannot be read", () => {
    const flags = [{ flag: "[dir]", config: { models: join(root, "models") } }];
    expect(loadConfig({ file: "/nowhere.yaml", environment: {}, flags })).toEqual({
      kind: "invalid",
      problems: ["--config: ENOENT: no such file or directory, open '/nowhere.yaml'"],
    });
  });
});
