import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StartedServer, startServer, tlsFiles } from "../support/start-server.ts";
import { runTool } from "../support/tools.ts";

const connections = [
  { name: "cleartext", server: [], client: [] },
  {
    name: "TLS",
    server: ["--tls-cert", tlsFiles.cert, "--tls-key", tlsFiles.key],
    client: ["-tls", "-tls-ca-cert", tlsFiles.cert],
  },
];

describe.each(connections)("grpc_health_probe over $name", (connection) => {
  let server: StartedServer;

  beforeAll(async () => {
    server = await startServer({ flags: connection.server });
  });

  afterAll(() => server.finish());

  const cases = [
    { what: "the server", flags: [], code: 0, says: "status: SERVING" },
    {
      what: "a service",
      flags: ["-service", "presage.v1.InferenceService"],
      code: 0,
      says: "status: SERVING",
    },
    {
      what: "an unknown service",
      flags: ["-service", "no.such.Service"],
      code: 3,
      says: "code = NotFound",
    },
  ];
  it.each(cases)("ends with $code for $what", async ({ flags, code, says }) => {
    const address = ["-addr", `localhost:${server.port}`];
    const run = await runTool("grpc_health_probe", [...address, ...connection.client, ...flags]);
    expect(run.errors + run.text).toContain(says);
    expect(run.code).toBe(code);
  });
});

describe("grpc_health_probe", () => {
  it("ends with 2 where no server listens", async () => {
    const server = await startServer();
    await server.finish();
    const run = await runTool("grpc_health_probe", ["-addr", `localhost:${server.port}`]);
    expect(run.code).toBe(2);
  });
});
