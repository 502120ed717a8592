import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { presage } from "../support/run-command.ts";
import { type StartedServer, startServer, tlsFiles } from "../support/start-server.ts";

const connections = [
  { name: "cleartext", flags: [], environment: {} },
  {
    name: "TLS",
    flags: ["--tls-cert", tlsFiles.cert, "--tls-key", tlsFiles.key],
    environment: { PRESAGE_TLS_CERT: tlsFiles.cert },
  },
];

describe.each(connections)("presage health over $name", ({ flags, environment }) => {
  let server: StartedServer;
  beforeAll(async () => {
    server = await startServer({ flags });
  });
  afterAll(() => server.finish());

  it("ends with 0 for a server that serves, found by its URL", async () => {
    expect(await presage(["health", "--url", server.url])).toEqual({
      code: 0,
      out: "SERVING\n",
      err: "",
    });
  });

  it("ends with 0 for a server that serves, found by the variables of the server", async () => {
    const variables = { ...environment, PRESAGE_PORT: String(server.port) };
    expect(await presage(["health"], { environment: variables })).toMatchObject({ code: 0 });
  });

  it("tells of one service", async () => {
    const service = ["--service", "presage.v1.InferenceService"];
    const run = await presage(["health", "--url", server.url, ...service]);
    expect(run).toMatchObject({ code: 0, out: "SERVING\n" });
  });

  it("ends with 1 for a service that the server does not have", async () => {
    const run = await presage(["health", "--url", server.url, "--service", "no.such.Service"]);
    expect(run.code).toBe(1);
    expect(run.err).toContain(`unknown service "no.such.Service"`);
  });
});

describe("presage health", () => {
  it("ends with 1 where no server listens, and says so", async () => {
    const { code, out, err } = await presage(["health", "--url", "http://127.0.0.1:1"]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^cannot ask http:\/\/127\.0\.0\.1:1: /);
  });

  it("ends with 2 for a URL that is none", async () => {
    const { code, err } = await presage(["health", "--url", "localhost:8080"]);
    expect([code, err]).toEqual([
      2,
      "expected the server's URL, e.g. http://localhost:8080, got localhost:8080\n",
    ]);
  });

  it("teaches with --help", async () => {
    const { code, out } = await presage(["health", "--help"]);
    expect(code).toBe(0);
    for (const text of ["--url", "--service", "PRESAGE_PORT", "Examples:"])
      expect(out).toContain(text);
  });
});
