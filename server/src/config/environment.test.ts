import { fromJson } from "@bufbuild/protobuf";
import { ServerConfigSchema } from "@presage/gen/presage/v1/config_pb";
import { describe, expect, it } from "vitest";
import { listVariables, readEnvironment } from "./environment.ts";

describe("listVariables()", () => {
  it("has a variable for every field of the configuration", () => {
    expect(listVariables().map(({ variable }) => variable)).toEqual([
      "PRESAGE_MODELS",
      "PRESAGE_HOST",
      "PRESAGE_PORT",
      "PRESAGE_DATA",
      "PRESAGE_TLS_CERT",
      "PRESAGE_TLS_KEY",
      "PRESAGE_CORS_ALLOWED_ORIGINS",
      "PRESAGE_LIMITS_MAX_REQUEST_BYTES",
      "PRESAGE_LIMITS_MAX_RESPONSE_BYTES",
      "PRESAGE_LIMITS_MAX_STREAM_CONCURRENCY",
      "PRESAGE_LIMITS_MAX_VALUES",
      "PRESAGE_TIMEOUTS_HANDSHAKE",
      "PRESAGE_TIMEOUTS_HEADERS",
      "PRESAGE_TIMEOUTS_REQUEST",
      "PRESAGE_TIMEOUTS_KEEP_ALIVE",
      "PRESAGE_TIMEOUTS_MAX_DEADLINE",
      "PRESAGE_TIMEOUTS_DRAIN",
      "PRESAGE_TIMEOUTS_QUEUE",
      "PRESAGE_PROCESSES",
      "PRESAGE_STORE",
      "PRESAGE_FEEDBACK_RETENTION",
      "PRESAGE_FEEDBACK_MAX_ROWS",
      "PRESAGE_LOG_LEVEL",
      "PRESAGE_LOG_FORMAT",
      "PRESAGE_LOG_ACCESS_SAMPLE",
      "PRESAGE_TRACING_TRUST_REMOTE_CONTEXT",
      "PRESAGE_METRICS_CALLS",
    ]);
  });

  it("takes from each variable a value that its field can have", () => {
    const values = listVariables().map(({ variable }) => {
      if (/TIMEOUTS|RETENTION/.test(variable)) return [variable, "5s"];
      return [variable, /TRUST|CALLS/.test(variable) ? "true" : "5"];
    });
    const settings = readEnvironment(Object.fromEntries(values));
    expect(settings.map(({ variable }) => variable)).toEqual(
      listVariables().map(({ variable }) => variable),
    );
    for (const { config } of settings) fromJson(ServerConfigSchema, config);
  });
});

describe("readEnvironment()", () => {
  const cases: [string, Record<string, string | undefined>, object[]][] = [
    ["nothing", {}, []],
    ["what is empty, as not set", { PRESAGE_PORT: "", MODEL_DIR: "" }, []],
    ["what is not its own, as nothing", { PORT: "80", PRESAGE_NOPE: "1", presage_port: "1" }, []],
    ["a field", { PRESAGE_PORT: "8081" }, [{ variable: "PRESAGE_PORT", config: { port: "8081" } }]],
    [
      "a field of a field",
      { PRESAGE_TLS_CERT: "a.pem" },
      [{ variable: "PRESAGE_TLS_CERT", config: { tls: { cert: "a.pem" } } }],
    ],
    [
      "a list",
      { PRESAGE_CORS_ALLOWED_ORIGINS: "https://a.example, https://b.example" },
      [
        {
          variable: "PRESAGE_CORS_ALLOWED_ORIGINS",
          config: { cors: { allowedOrigins: ["https://a.example", "https://b.example"] } },
        },
      ],
    ],
    [
      "yes and no, and nothing else as one of them",
      { PRESAGE_TRACING_TRUST_REMOTE_CONTEXT: "false", PRESAGE_LOG_LEVEL: "true" },
      [
        { variable: "PRESAGE_LOG_LEVEL", config: { log: { level: "true" } } },
        {
          variable: "PRESAGE_TRACING_TRUST_REMOTE_CONTEXT",
          config: { tracing: { trustRemoteContext: false } },
        },
      ],
    ],
    [
      "what is neither yes nor no, as it is",
      { PRESAGE_TRACING_TRUST_REMOTE_CONTEXT: "yes" },
      [
        {
          variable: "PRESAGE_TRACING_TRUST_REMOTE_CONTEXT",
          config: { tracing: { trustRemoteContext: "yes" } },
        },
      ],
    ],
    [
      "MODEL_DIR, before what overrides it",
      { PRESAGE_MODELS: "b", MODEL_DIR: "a" },
      [
        { variable: "MODEL_DIR", config: { models: "a" } },
        { variable: "PRESAGE_MODELS", config: { models: "b" } },
      ],
    ],
  ];
  it.each(cases)("reads %s", (_, environment, settings) => {
    expect(readEnvironment(environment)).toEqual(settings);
  });
});
