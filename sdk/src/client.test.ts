import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { ModelService } from "@presage/gen/presage/v1/model_pb";
import { describe, expect, it } from "vitest";
import { createPresageClient, type PresageClient } from "./client.ts";
import { tensor } from "./tensors.ts";
import { createFakeServer, type FakeServer } from "./testing/fake-server.ts";

function setUp(): { server: FakeServer; client: PresageClient } {
  const server = createFakeServer();
  return { server, client: createPresageClient(createRouterTransport(server.routes)) };
}

describe("createPresageClient().predict()", () => {
  it("answers one object with its row and the facts", async () => {
    const { client } = setUp();
    expect(await client.predict("echo", { x: 1, y: "a" }, { requestId: "r1" })).toEqual({
      predictionId: "p1",
      model: "echo",
      version: "1",
      route: { policy: "latest", reason: "no stable alias" },
      tags: { rows: 1 },
      requestId: "r1",
      rows: [{ x: 1, y: "a" }],
      row: { x: 1, y: "a" },
    });
  });

  it("answers one list with its row", async () => {
    const { client } = setUp();
    const { row } = await client.predict("echo", [1, 2n, "3"]);
    expect(row).toEqual({ list: [1, 2, "3"] });
  });

  it("answers many rows with rows alone", async () => {
    const { client } = setUp();
    const prediction = await client.predict("echo", [{ x: 1 }, { x: 2 }]);
    expect(prediction.rows).toEqual([{ x: 1 }, { x: 2 }]);
    expect(prediction).not.toHaveProperty("row");
  });

  it("takes the caller's own types of rows and answers", async () => {
    interface Point {
      readonly x: number;
    }
    const { client } = setUp();
    const point: Point = { x: 1.5 };
    const { row } = await client.predict<Point, Point>("echo", point);
    const { rows } = await client.predict<Point, Point>("echo", [point]);
    expect(row.x + (rows[0]?.x ?? 0)).toBe(3);
  });

  it("sends what the options say", async () => {
    const { server, client } = setUp();
    const options = { version: 2, routingKey: "user", requestId: "r1", outputs: ["x"] };
    expect(await client.predict("echo", { x: 1 }, options)).toMatchObject({ version: "2" });
    expect(server.requests).toMatchObject([{ ...options, version: "2" }]);
  });

  it("names every value that cannot be sent, and does not call", async () => {
    const { server, client } = setUp();
    await expect(client.predict("echo", [{ x: 1 }, { x: Number.NaN }])).rejects.toMatchObject({
      code: "invalid_argument",
      violations: [{ field: "rows[1].x" }],
    });
    expect(server.contexts).toHaveLength(0);
  });

  it("rejects with internal if the answer to one row has none", async () => {
    const transport = createRouterTransport(({ service }) => {
      service(InferenceService, { predict: () => ({}) });
    });
    const client = createPresageClient(transport);
    await expect(client.predict("empty", { x: 1 })).rejects.toMatchObject({ code: "internal" });
  });
});

describe("createPresageClient().predictTensors()", () => {
  it("answers tensors by name", async () => {
    const { client } = setUp();
    const X = tensor("FP64", [1, 2], Float64Array.of(0.1, -2));
    const label = tensor("STRING", [1], ["é"]);
    const prediction = await client.predictTensors("echo", { X, label }, { requestId: "r1" });
    expect(prediction).toMatchObject({ requestId: "r1", tags: { rows: 0 } });
    expect(prediction.tensors).toEqual({ X, label });
  });

  it("refuses elements that do not fit the shape, and does not call", async () => {
    const { server, client } = setUp();
    const X = tensor("FP32", [2, 2], new Float32Array(3));
    await expect(client.predictTensors("echo", { X })).rejects.toMatchObject({
      code: "invalid_argument",
      violations: [{ field: "tensors[0]" }],
    });
    expect(server.contexts).toHaveLength(0);
  });
});

describe("createPresageClient().metrics()", () => {
  it("asks what the options say, and answers plain objects", async () => {
    const { server, client } = setUp();
    const options = { version: 2, alias: "stable", groupBy: ["policy"] } as const;
    expect(await client.metrics("echo", options)).toMatchObject({
      model: "echo",
      time: new Date(0),
      metrics: [{ version: "1", samples: 1 }],
    });
    expect(server.queries).toMatchObject([{ model: "echo", version: "2", alias: "stable" }]);
  });

  it("is tried again", async () => {
    const { server, client } = setUp();
    server.failures.push(new ConnectError("busy", Code.Unavailable));
    expect(await client.metrics("echo")).toMatchObject({ model: "echo" });
    expect(server.contexts).toHaveLength(2);
  });
});

describe("createPresageClient().models()", () => {
  it("answers plain objects", async () => {
    const { client } = setUp();
    expect(await client.models()).toMatchObject([{ name: "echo", aliases: { stable: "1" } }]);
  });
});

describe("createPresageClient().model()", () => {
  it("answers one model", async () => {
    const { client } = setUp();
    expect(await client.model("echo")).toMatchObject({ name: "echo", task: "other" });
  });

  it("rejects with not_found for a model that is not there", async () => {
    const { client } = setUp();
    await expect(client.model("other")).rejects.toMatchObject({ code: "not_found" });
  });

  it("rejects with internal if the answer is empty", async () => {
    const transport = createRouterTransport(({ service }) => {
      service(ModelService, { getModel: () => ({}) });
    });
    await expect(createPresageClient(transport).model("x")).rejects.toMatchObject({
      code: "internal",
    });
  });
});

describe("createPresageClient().health()", () => {
  it("answers the status of the server or of a service", async () => {
    const { client } = setUp();
    expect(await client.health()).toBe("SERVING");
    expect(await client.health({ service: "other" })).toBe("SERVICE_UNKNOWN");
  });

  it("asks once", async () => {
    const { server, client } = setUp();
    server.failures.push(new ConnectError("stopping", Code.Unavailable));
    await expect(client.health()).rejects.toMatchObject({ code: "unavailable" });
    expect(server.contexts).toHaveLength(1);
  });
});
