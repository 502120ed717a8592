import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { describe, expect, it } from "vitest";
import { createPresageClient, type PresageClient } from "./client.ts";
import type { Feedback } from "./feedback.ts";
import { tensor } from "./tensors.ts";
import { createFakeClock } from "./testing/fake-clock.ts";
import { createFakeServer, type FakeServer } from "./testing/fake-server.ts";

function setUp(): { server: FakeServer; client: PresageClient } {
  const server = createFakeServer();
  const environment = { clock: createFakeClock(), random: () => 0.5 };
  const client = createPresageClient(createRouterTransport(server.routes), {}, environment);
  return { server, client };
}

/** What the server was told, as JSON says it. */
function reportsOf({ feedbacks }: FakeServer): unknown[] {
  return feedbacks.map(({ predictionId, truth, reward, rows }) => ({
    predictionId,
    truth: truth.map(({ kind }) => [kind.case, kind.value]),
    reward,
    rows,
  }));
}

const receipt = {
  predictionId: "p1",
  model: "echo",
  version: "1",
  recorded: 1,
  corrected: 0,
  unchanged: 0,
};

function unavailable(): ConnectError {
  return new ConnectError("the store cannot be written", Code.Unavailable);
}

describe("sendFeedback()", () => {
  const cases: [string, Feedback, unknown][] = [
    ["one value", { truth: 1 }, { truth: [["numberValue", 1]] }],
    [
      "every kind of truth",
      { truth: [1, "M", true, 2n, null] },
      {
        truth: [
          ["numberValue", 1],
          ["stringValue", "M"],
          ["boolValue", true],
          ["numberValue", 2],
          ["nullValue", 0],
        ],
      },
    ],
    ["one null", { truth: null, reward: 2 }, { truth: [["nullValue", 0]], reward: [2] }],
    ["rewards", { reward: [0.5, -1] }, { reward: [0.5, -1] }],
    ["some rows", { reward: [1, 2], rows: [0, 2] }, { reward: [1, 2], rows: [0, 2] }],
    ["nothing", {}, {}],
  ];
  for (const [what, feedback, expected] of cases) {
    it(`sends ${what}`, async () => {
      const { server, client } = setUp();
      await client.feedback("p1", feedback);
      const all = { predictionId: "p1", truth: [], reward: [], rows: [] };
      expect(reportsOf(server)).toEqual([Object.assign(all, expected)]);
    });
  }

  it("tells what became of the report", async () => {
    const { client } = setUp();
    expect(await client.feedback("p1", { truth: 1 })).toEqual(receipt);
  });

  it("is tried again, since a report counts once", async () => {
    const { server, client } = setUp();
    server.failures.push(unavailable());
    expect(await client.feedback("p1", { truth: 1 })).toEqual(receipt);
    expect(server.contexts).toHaveLength(2);
  });

  it("takes the options of a call", async () => {
    const { server, client } = setUp();
    await client.feedback("p1", { truth: 1 }, { headers: { "x-team": "risk" } });
    expect(server.contexts[0]?.requestHeader.get("x-team")).toBe("risk");
  });

  it("names every value that cannot be sent, and does not call", async () => {
    const { server, client } = setUp();
    const feedback = { truth: [1, Number.NaN], reward: [Infinity], rows: [0, -1, 0.5, 2 ** 32] };
    await expect(client.feedback("p1", feedback)).rejects.toMatchObject({
      code: "invalid_argument",
      violations: [
        { field: "reward[0]", description: "expected a finite number, got Infinity" },
        {
          field: "rows[1]",
          description: "expected a whole number from 0 to 4294967295, got -1",
        },
        { field: "rows[2]" },
        { field: "rows[3]" },
        { field: "truth[1]" },
      ],
    });
    expect(server.contexts).toHaveLength(0);
  });
});

describe("withFeedback()", () => {
  it("reports of a prediction by its id, of rows, tensors and streams", async () => {
    const { server, client } = setUp();
    const X = tensor("FP64", [1], Float64Array.of(1));
    await (await client.predict("echo", { x: 1 })).feedback({ truth: 1 });
    await (await client.predict("echo", [{ x: 1 }])).feedback({ truth: [1] });
    await (await client.predictTensors("echo", { X })).feedback({ truth: 1 });
    for await (const { prediction } of client.predictStream("echo", [{ rows: { x: 1 } }])) {
      await prediction?.feedback({ truth: 1 });
    }
    const report = { predictionId: "p1", truth: [["numberValue", 1]], reward: [], rows: [] };
    expect(reportsOf(server)).toEqual([report, report, report, report]);
  });

  it("works apart from its prediction, with the options of a call", async () => {
    const { server, client } = setUp();
    const { feedback } = await client.predict("echo", { x: 1 });
    expect(await feedback({ truth: 1 })).toEqual(receipt);
    const signal = AbortSignal.abort();
    await expect(feedback({ truth: 1 }, { signal })).rejects.toMatchObject({ code: "canceled" });
    expect(server.feedbacks).toHaveLength(1);
  });

  it("leaves the prediction plain data", async () => {
    const { client } = setUp();
    const prediction = await client.predict("echo", { x: 1 });
    const plain = {
      predictionId: "p1",
      model: "echo",
      version: "1",
      route: { policy: "latest", reason: "no stable alias" },
      tags: { rows: 1 },
      requestId: "",
      rows: [{ x: 1 }],
      row: { x: 1 },
    };
    expect(structuredClone(prediction)).toStrictEqual(plain);
    expect(JSON.parse(JSON.stringify(prediction))).toStrictEqual(plain);
    expect({ ...prediction }).toStrictEqual(plain);
    expect(Object.keys(prediction)).toEqual(Object.keys(plain));
  });

  it("is known to the compiler to be missing in a copy", async () => {
    const { client } = setUp();
    const copy = { ...(await client.predict("echo", { x: 1 })) };
    // @ts-expect-error -- the method stays behind
    expect(copy.feedback).toBeUndefined();
  });
});

describe("predictScored()", () => {
  it("predicts one row and reports of it in one call", async () => {
    const { server, client } = setUp();
    const scored = await client.predictWithFeedback("echo", { x: 1 }, { truth: 1 }, { version: 2 });
    expect(scored).toMatchObject({ ...receipt, prediction: { version: "2", row: { x: 1 } } });
    expect(server.feedbacks).toMatchObject([
      { predictionId: "", request: { model: "echo", version: "2" }, truth: [{}] },
    ]);
    expect(server.contexts).toHaveLength(1);
  });

  it("predicts many rows, and tensors", async () => {
    const { server, client } = setUp();
    const X = tensor("FP64", [1], Float64Array.of(1));
    const { prediction } = await client.predictWithFeedback("echo", [{ x: 1 }], { reward: [2] });
    expect(prediction.rows).toEqual([{ x: 1 }]);
    expect(prediction).not.toHaveProperty("row");
    const scored = await client.predictTensorsWithFeedback("echo", { X }, { truth: 1 });
    expect(scored.prediction.tensors).toEqual({ X });
    expect(server.feedbacks).toMatchObject([{ reward: [2] }, { request: { model: "echo" } }]);
  });

  it("gives a prediction that takes feedback", async () => {
    const { server, client } = setUp();
    const { prediction } = await client.predictWithFeedback("echo", { x: 1 }, { truth: 1 });
    await prediction.feedback({ truth: 0 });
    expect(reportsOf(server)[1]).toMatchObject({ predictionId: "p1", truth: [["numberValue", 0]] });
  });

  it("is never tried again, since each call counts new rows", async () => {
    const { server, client } = setUp();
    server.failures.push(unavailable(), unavailable());
    const X = tensor("FP64", [1], Float64Array.of(1));
    const known = { truth: 1 };
    for (const call of [
      client.predictWithFeedback("echo", { x: 1 }, known),
      client.predictTensorsWithFeedback("echo", { X }, known),
    ]) {
      await expect(call).rejects.toMatchObject({ code: "unavailable" });
    }
    expect(server.contexts).toHaveLength(2);
  });

  it("rejects with internal if the answer has no prediction", async () => {
    const transport = createRouterTransport(({ service }) => {
      service(InferenceService, { feedback: () => ({}) });
    });
    const call = createPresageClient(transport).predictWithFeedback("x", { x: 1 }, { truth: 1 });
    await expect(call).rejects.toMatchObject({ code: "internal" });
  });
});
