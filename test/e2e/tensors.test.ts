import { fileURLToPath } from "node:url";
import { create, toJson } from "@bufbuild/protobuf";
import { createClient as createConnectClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { InferenceService, PredictResponseSchema } from "@presage/gen/presage/v1/inference_pb";
import { type Tensor, TensorSchema } from "@presage/gen/presage/v1/tensor_pb";
import { createClient, type TensorInput } from "@presage/sdk/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";
import { protocols } from "../support/protocols.ts";

let server: BuiltServer;
beforeAll(async () => {
  const models = fileURLToPath(new URL("../data/edge", import.meta.url));
  server = await startBuiltServer({ models });
});
afterAll(() => server.close());

const beyond = 2n ** 53n + 1n;

/** For each type the edge values that an identity model must give back, bit by bit. */
const echoes = [
  { model: "echo-bool", dataType: "BOOL", data: Uint8Array.of(0, 1, 1, 0) },
  { model: "echo-uint8", dataType: "UINT8", data: Uint8Array.of(0, 1, 254, 255) },
  { model: "echo-uint16", dataType: "UINT16", data: Uint16Array.of(0, 1, 65_534, 65_535) },
  { model: "echo-uint32", dataType: "UINT32", data: Uint32Array.of(0, 1, 2 ** 31, 2 ** 32 - 1) },
  {
    model: "echo-uint64",
    dataType: "UINT64",
    data: BigUint64Array.of(0n, 1n, beyond, 2n ** 64n - 1n),
  },
  { model: "echo-int8", dataType: "INT8", data: Int8Array.of(-128, -1, 0, 127) },
  { model: "echo-int16", dataType: "INT16", data: Int16Array.of(-32_768, -1, 0, 32_767) },
  { model: "echo-int32", dataType: "INT32", data: Int32Array.of(-(2 ** 31), -1, 0, 2 ** 31 - 1) },
  {
    model: "echo-int64",
    dataType: "INT64",
    data: BigInt64Array.of(-(2n ** 63n), -beyond, beyond, 2n ** 63n - 1n),
  },
  { model: "echo-float16", dataType: "FP16", data: Float16Array.of(0.5, -65_504, 6e-8, 3.140625) },
  { model: "echo-float", dataType: "FP32", data: Float32Array.of(0.1, -3.4e38, 1e-45, 1 / 3) },
  { model: "echo-double", dataType: "FP64", data: Float64Array.of(0.1, -1.7e308, 5e-324, 1 / 3) },
  { model: "echo-string", dataType: "STRING", data: ["", "a", "Zürich ✓", "\u{1f600}"] },
] as const;

describe.each(protocols)("predictTensors() over $name", ({ options }) => {
  it.each(echoes)(
    "gives $dataType elements back as they were",
    async ({ model, dataType, data }) => {
      const client = createClient({ baseUrl: server.url, ...options });
      const { tensors } = await client.predictTensors(model, {
        x: { dataType, shape: [2, 2], data } as TensorInput,
      });
      expect(tensors["y"]).toMatchObject({ dataType, shape: [2, 2], data });
    },
  );
});

describe.each(echoes)("typed lists of $dataType", ({ model, dataType, data }) => {
  const lists = {
    BOOL: "bools",
    UINT8: "uint64s",
    UINT16: "uint64s",
    UINT32: "uint64s",
    UINT64: "uint64s",
    INT8: "int32s",
    INT16: "int32s",
    INT32: "int32s",
    INT64: "int64s",
    FP16: "floats",
    FP32: "floats",
    FP64: "doubles",
    STRING: "strings",
  } as const;
  const wide = lists[dataType].endsWith("64s");
  const values = Array.from<string | number | bigint, unknown>(data, (value) =>
    dataType === "BOOL" ? value === 1 : wide ? BigInt(value) : value,
  );
  const tensor = () =>
    create(TensorSchema, {
      name: "x",
      shape: [2n, 2n],
      data: { case: lists[dataType], value: { values } } as Tensor["data"],
    });

  it.each([
    { name: "gRPC", transport: () => createGrpcTransport({ baseUrl: server.url }) },
    {
      name: "Connect JSON",
      transport: () =>
        createConnectTransport({ baseUrl: server.url, httpVersion: "1.1", useBinaryFormat: false }),
    },
  ])("come back as typed lists over $name", async ({ transport }) => {
    const client = createConnectClient(InferenceService, transport());
    const { tensors } = await client.predict({ model, tensors: [tensor()] });
    expect(tensors[0]?.data).toMatchObject({ case: lists[dataType], value: { values } });
  });
});

describe("int64 beyond 2^53 in rows", () => {
  it("survives JSON both ways as a string of digits", async () => {
    const transport = createConnectTransport({
      baseUrl: server.url,
      httpVersion: "1.1",
      useBinaryFormat: false,
    });
    const response = await fetch(`${server.url}/presage.v1.InferenceService/Predict`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: `{"model": "echo-int64", "rows": [["9007199254740993", -9007199254740991]]}`,
    });
    expect(await response.json()).toMatchObject({
      rows: [{ y: ["9007199254740993", -9007199254740991] }],
    });
    const client = createConnectClient(InferenceService, transport);
    const typed = await client.predict({
      model: "echo-int64",
      tensors: [{ shape: [1n, 1n], data: { case: "int64s", value: { values: [beyond] } } }],
    });
    expect(toJson(PredictResponseSchema, typed)).toMatchObject({
      tensors: [{ int64s: { values: ["9007199254740993"] } }],
    });
  });
});

describe("shapes", () => {
  const client = () => createClient({ baseUrl: server.url });

  it("takes a scalar, as a tensor and as a row", async () => {
    const { tensors } = await client().predictTensors("scalar", {
      x: { shape: [], data: Float32Array.of(21) },
    });
    expect(tensors["y"]).toMatchObject({ shape: [], data: Float32Array.of(42) });
    expect((await client().predict("scalar", { x: 21 })).row).toEqual({ y: 42 });
  });

  it("takes a row of a model without a row dimension, whole", async () => {
    const rows = {
      x: [
        [1, 2, 3],
        [4, 5, 6],
      ],
    };
    expect((await client().predict("fixed", rows)).row).toEqual({
      y: [
        [2, 3, 4],
        [5, 6, 7],
      ],
    });
  });

  it("takes one to many rows of matrices", async () => {
    const matrix = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    const { rows, tags } = await client().predict("matrix", [
      { x: matrix },
      { x: matrix.toReversed() },
    ]);
    expect(rows).toEqual([{ y: [1, 2, 3, 4, 5, 6] }, { y: [4, 5, 6, 1, 2, 3] }]);
    expect(tags).toEqual({ shape_input_data: "(2, 2, 3)" });
  });

  it.each([1, 3, 1000])("takes dynamic dimensions of size %i", async (size) => {
    const values = Array.from({ length: size }, (_, index) => index);
    expect((await client().predict("echo-double", { x: values })).row).toEqual({ y: values });
  });

  it("takes several inputs by name", async () => {
    const { rows } = await client().predict("two-inputs", [{ a: 1, b: 2 }, [3, 4]]);
    expect(rows.map((row) => Object.values(row))).toEqual([[3], [7]]);
  });

  it("answers only the outputs asked for", async () => {
    await expect(client().predict("scalar", { x: 1 }, { outputs: ["z"] })).rejects.toMatchObject({
      violations: [{ field: "outputs[0]" }],
    });
    expect((await client().predict("scalar", { x: 1 }, { outputs: ["y"] })).row).toEqual({ y: 2 });
  });

  it("writes an answer that is no number as text in rows, and as it is in tensors", async () => {
    expect(
      (await client().predict("nan-answer", [{ x: -1 }, { x: 0 }])).rows.map((row) =>
        Object.values(row),
      ),
    ).toEqual([["NaN"], ["-Infinity"]]);
    const { tensors } = await client().predictTensors("nan-answer", {
      x: { shape: [1, 1], data: Float32Array.of(-1) },
    });
    expect(Object.values(tensors)[0]?.data[0]).toBeNaN();
  });
});
