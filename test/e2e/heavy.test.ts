import { createClient } from "@presage/sdk/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";
import { protocols } from "../support/protocols.ts";

let server: BuiltServer;
beforeAll(async () => {
  server = await startBuiltServer({ maxValues: 5000 });
});
afterAll(() => server.close());

describe.each(protocols)("rows of very many values over $name", ({ options }) => {
  it("are refused before they are unfolded, and the next call works", async () => {
    const client = createClient({ baseUrl: server.url, ...options });
    const rows = Array.from({ length: 12_000 }, () => ({}));
    await expect(client.predict("iris", rows)).rejects.toMatchObject({
      code: "resource_exhausted",
      reason: "MESSAGE_TOO_LARGE",
      message: expect.stringContaining("limits.maxValues"),
    });
    expect((await client.predict("iris", [5.1, 3.5, 1.4, 0.2])).row).toMatchObject({
      class: "setosa",
    });
  });
});
