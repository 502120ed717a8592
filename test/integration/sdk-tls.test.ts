import { readFileSync } from "node:fs";
import { type ClientOptions, createClient } from "@presage/sdk/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltServer, startBuiltServer, testIdentity } from "../support/build-server.ts";
import { protocols } from "../support/protocols.ts";
import { tlsFiles } from "../support/start-server.ts";

let server: BuiltServer;
let plain: BuiltServer;
beforeAll(async () => {
  server = await startBuiltServer({ tls: testIdentity() });
  plain = await startBuiltServer();
});
afterAll(async () => {
  await server.close();
  await plain.close();
});

// The certificate of the tests has no authority but itself.
const ca = readFileSync(tlsFiles.cert, "utf8");
const row = [5.1, 3.5, 1.4, 0.2];

async function failureOf(options: ClientOptions): Promise<unknown> {
  return await createClient({ ...options, timeoutMs: 20_000 })
    .models()
    .then(String, (error) => error);
}

describe.each(protocols)("createClient() with TLS, by $name", ({ options }) => {
  it("trusts the authorities that it is given", async () => {
    const client = createClient({ baseUrl: server.url, ...options, ca: [ca] });
    expect(await client.health()).toBe("SERVING");
    expect((await client.predict("iris", row)).model).toBe("iris");
  });

  it("trusts nobody else, and tells so without a second attempt", async () => {
    const failure = await failureOf({ baseUrl: server.url, ...options });
    expect(failure).toMatchObject({ code: "unavailable", reason: "TLS_FAILED" });
    expect(String(failure)).toContain("the server's certificate is not trusted: self-signed");
  });

  it("tells that a server does not speak TLS", async () => {
    const baseUrl = plain.url.replace("http:", "https:");
    const failure = await failureOf({ baseUrl, ...options, ca });
    expect(failure).toMatchObject({
      code: "unavailable",
      reason: "TLS_FAILED",
      message: "TLS failed: wrong version number (does the server speak TLS?)",
    });
  });
});

describe("createClient()", () => {
  it("streams over TLS", async () => {
    const client = createClient({ baseUrl: server.url, ca });
    const results = await Array.fromAsync(client.predictStream("iris", [{ rows: row }]));
    expect(results).toMatchObject([{ requestId: "#1", prediction: { model: "iris" } }]);
  });

  it("tells that a server speaks something else than cleartext HTTP/2", async () => {
    const baseUrl = server.url.replace("https:", "http:");
    expect(await failureOf({ baseUrl })).toMatchObject({
      code: "unavailable",
      reason: "PROTOCOL_MISMATCH",
    });
  });
});
