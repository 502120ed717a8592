import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";

let server: BuiltServer;
beforeAll(async () => {
  server = await startBuiltServer();
});
afterAll(() => server.close());

describe("malformed requests", () => {
  const post = (body: string | Uint8Array<ArrayBuffer>, type: string) =>
    fetch(`${server.url}/presage.v1.InferenceService/Predict`, {
      method: "POST",
      headers: { "content-type": type },
      body,
    });

  it.each([
    "",
    "{",
    "[1]",
    "null",
    '{"model": 7}',
    '{"rows": "x"}',
    '{"model":"iris","rows":[[01]]}',
    '"\\ud800',
  ])("answer 400 to the JSON %s", async (body) => {
    const response = await post(body, "application/json");
    expect([response.status, await response.json()]).toEqual([
      400,
      expect.objectContaining({ code: "invalid_argument" }),
    ]);
  });

  it.each([[[0xff]], [[0x0a, 0x7f]], [[0x22, 0x03, 0x0a, 0xff, 0xff]], [[0x0a, 0x02, 0xc3, 0x28]]])(
    "answer 400 to the protobuf bytes %j",
    async (bytes) => {
      const response = await post(Uint8Array.from(bytes), "application/proto");
      expect([response.status, await response.json()]).toEqual([
        400,
        expect.objectContaining({ code: "invalid_argument" }),
      ]);
    },
  );

  it("answer 400 to a name that is given twice, and say which", async () => {
    const response = await post(
      '{"model": "iris", "rows": [{"sepal_length": 1, "sepal_length": 2}]}',
      "application/json",
    );
    expect(await response.json()).toMatchObject({
      code: "invalid_argument",
      message: "rows[0].sepal_length: given twice",
    });
  });

  it("answer 400 to rows and tensors at once, and to neither", async () => {
    const both = { model: "iris", rows: [[1, 2, 3, 4]], tensors: [{}] };
    expect(await (await post(JSON.stringify(both), "application/json")).json()).toMatchObject({
      message: "rows: expected either rows or tensors, got both",
    });
    expect(await (await post("{}", "application/json")).json()).toMatchObject({
      message: "model: required; rows: expected at least one row, or tensors",
    });
  });
});
