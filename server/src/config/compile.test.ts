import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { fromJson, type JsonObject } from "@bufbuild/protobuf";
import { ServerConfigSchema } from "@presage/gen/presage/v1/config_pb";
import { describe, expect, it } from "vitest";
import { compileOptions } from "./compile.ts";
import type { ServerOptions } from "./options.ts";

const models = fileURLToPath(new URL("../../../examples/models", import.meta.url));
const tls = fileURLToPath(new URL("../../../test/data/tls", import.meta.url));

function compile(config: JsonObject): { options: ServerOptions; problems: readonly string[] } {
  const problems: string[] = [];
  const options = compileOptions(fromJson(ServerConfigSchema, { models, ...config }), problems);
  return { options, problems };
}

describe("compileOptions()", () => {
  it("fills in every default", () => {
    expect(compile({})).toEqual({
      problems: [],
      options: {
        models,
        host: "0.0.0.0",
        port: 8080,
        processes: 1,
        data: "data",
        store: { kind: "sqlite" },
        feedback: { retentionMs: 34_560_000_000, maxRows: 10_000_000 },
        tls: undefined,
        allowedOrigins: [],
        maxRequestBytes: 67_108_864,
        maxResponseBytes: 67_108_864,
        maxStreamConcurrency: 64,
        maxValues: 2_000_000,
        timeouts: {
          handshakeMs: 10_000,
          headersMs: 30_000,
          requestMs: 300_000,
          keepAliveMs: 75_000,
          maxDeadlineMs: 3_600_000,
          drainMs: 30_000,
          queueMs: 500,
        },
        log: { level: "info", format: "auto", accessSample: 0 },
        tracing: { trustRemoteContext: false },
        metrics: { calls: true },
      },
    });
  });

  it("takes what is set", () => {
    const { options, problems } = compile({
      host: "127.0.0.1",
      port: 0,
      processes: 3,
      data: "/var/presage",
      store: "postgres://user:secret@db.example.com/presage",
      feedback: { retention: "86400s", maxRows: "5" },
      tls: { cert: `${tls}/localhost.crt`, key: `${tls}/localhost.key` },
      cors: { allowedOrigins: ["*", "https://app.example.com", "http://localhost:5173"] },
      limits: { maxRequestBytes: 1, maxResponseBytes: 2, maxStreamConcurrency: 3 },
      timeouts: {
        handshake: "0.5s",
        headers: "1s",
        request: "2s",
        keepAlive: "3s",
        maxDeadline: "4s",
        drain: "2073600s",
        queue: "0.1s",
      },
      log: { level: "debug", format: "json", accessSample: 0.01 },
      tracing: { trustRemoteContext: true },
      metrics: { calls: false },
    });
    expect(problems).toEqual([]);
    expect(options).toMatchObject({
      host: "127.0.0.1",
      port: 0,
      processes: 3,
      data: "/var/presage",
      store: { kind: "postgres", url: "postgres://user:secret@db.example.com/presage" },
      feedback: { retentionMs: 86_400_000, maxRows: 5 },
      log: { level: "debug", format: "json", accessSample: 0.01 },
      tracing: { trustRemoteContext: true },
      metrics: { calls: false },
      allowedOrigins: ["*", "https://app.example.com", "http://localhost:5173"],
      maxRequestBytes: 1,
      maxResponseBytes: 2,
      maxStreamConcurrency: 3,
      timeouts: {
        handshakeMs: 500,
        headersMs: 1000,
        requestMs: 2000,
        keepAliveMs: 3000,
        maxDeadlineMs: 4000,
        drainMs: 2_073_600_000,
        queueMs: 100,
      },
    });
    expect(options.tls?.cert).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(options.tls?.key).toMatch(/^-----BEGIN .*PRIVATE KEY-----/);
  });

  it.each([
    [{ store: "sqlite" }, { kind: "sqlite" }],
    [{ store: "off" }, { kind: "off" }],
    [{ store: "postgresql://db/x" }, { kind: "postgres", url: "postgresql://db/x" }],
  ])("takes the store of %j", (config, store) => {
    expect(compile(config)).toMatchObject({ options: { store }, problems: [] });
  });

  it.each([
    [
      { store: "mysql://user:secret@db/x" },
      "store: expected sqlite, off, or a URL such as postgres://user:password@host/database",
    ],
    [{ feedback: { retention: "0s" } }, "feedback.retention: expected more than 0s"],
    [{ feedback: { maxRows: "0" } }, "feedback.maxRows: expected at least 1, got 0"],
  ])("refuses %j, and repeats no password", (config, problem) => {
    expect(compile(config).problems).toEqual([problem]);
  });

  it("takes no number of processes for one for each core", () => {
    expect(compile({ processes: 0 })).toMatchObject({
      problems: [],
      options: { processes: availableParallelism() },
    });
  });

  const mistakes: [string, JsonObject, string[]][] = [
    ["a port that is none", { port: 65_536 }, ["port: expected 0 to 65535, got 65536"]],
    ["processes without end", { processes: 1025 }, ["processes: expected at most 1024, got 1025"]],
    [
      "a directory that is not there",
      { models: "/nowhere/at/all" },
      ["models: there is no directory /nowhere/at/all"],
    ],
    [
      "a file for a directory",
      { models: `${models}/README.md` },
      [`models: there is no directory ${models}/README.md`],
    ],
    [
      "half of TLS",
      { tls: { cert: `${tls}/localhost.crt` } },
      ["tls.key: required, as the other half of TLS is given"],
    ],
    [
      "the other half of TLS",
      { tls: { key: `${tls}/localhost.key` } },
      ["tls.cert: required, as the other half of TLS is given"],
    ],
    [
      "limits of nothing",
      { limits: { maxRequestBytes: 0, maxStreamConcurrency: 0 } },
      [
        "limits.maxRequestBytes: expected at least 1, got 0",
        "limits.maxStreamConcurrency: expected at least 1, got 0",
      ],
    ],
    [
      "times that are over",
      { timeouts: { drain: "0s", handshake: "-1s" } },
      ["timeouts.handshake: expected more than 0s", "timeouts.drain: expected more than 0s"],
    ],
    [
      "times that no timer can wait for",
      { timeouts: { maxDeadline: "2073601s" } },
      ["timeouts.maxDeadline: expected at most 24 days"],
    ],
    [
      "a log that cannot be written so, wholly",
      { log: { level: "loud", format: "xml", accessSample: 1.5 } },
      [
        "log.accessSample: expected 0 to 1, got 1.5",
        "log.level: expected one of debug, info, warn, error, got loud",
        "log.format: expected one of auto, json, pretty, got xml",
      ],
    ],
    [
      "a share that is none",
      { log: { accessSample: "NaN" } },
      ["log.accessSample: expected 0 to 1, got NaN"],
    ],
    [
      "origins that are none",
      {
        cors: {
          allowedOrigins: [
            "https://a.example/",
            "a.example",
            "https://A.example",
            "https://a.example:443",
            "null",
            "file:///a",
          ],
        },
      },
      [
        "cors.allowedOrigins[0]: expected an origin such as https://a.example, got https://a.example/",
        "cors.allowedOrigins[1]: expected an origin such as https://app.example.com, got a.example",
        "cors.allowedOrigins[2]: expected an origin such as https://a.example, got https://A.example",
        "cors.allowedOrigins[3]: expected an origin such as https://a.example, got https://a.example:443",
        "cors.allowedOrigins[4]: expected an origin such as https://app.example.com, got null",
        "cors.allowedOrigins[5]: expected an origin such as https://app.example.com, got file:///a",
      ],
    ],
  ];
  it.each(mistakes)("tells of %s", (_, config, problems) => {
    expect(compile(config).problems).toEqual(problems);
  });

  it("tells of a certificate that cannot be read, by its path", () => {
    const { problems } = compile({ tls: { cert: "/nowhere.crt", key: `${tls}/localhost.key` } });
    expect(problems).toEqual(["tls.cert: ENOENT: no such file or directory, open '/nowhere.crt'"]);
  });
});
