import { fileURLToPath } from "node:url";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { DataType } from "@presage/gen/presage/v1/tensor_pb";
import { createClient as createPresageClient, PresageError } from "@presage/sdk/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";

let server: BuiltServer;
let edge: BuiltServer;
beforeAll(async () => {
  server = await startBuiltServer();
  edge = await startBuiltServer({
    models: fileURLToPath(new URL("../data/edge", import.meta.url)),
  });
});
afterAll(async () => {
  await server.close();
  await edge.close();
});

interface TensorCase {
  readonly name: string;
  readonly tensors: Parameters<ReturnType<typeof connect>["predict"]>[0]["tensors"];
  readonly violations: readonly (readonly [field: string, description: string])[];
  readonly model?: string;
}

const connect = () => createClient(InferenceService, createGrpcTransport({ baseUrl: server.url }));
const raw = (bytes: number) => ({ case: "raw" as const, value: new Uint8Array(bytes) });
const doubles = (...values: readonly number[]) => ({
  case: "doubles" as const,
  value: { values: [...values] },
});

const tensorCases: readonly TensorCase[] = [
  {
    name: "too few bytes",
    tensors: [{ name: "X", shape: [1n, 30n], data: raw(120) }],
    violations: [["tensors[0].raw", "240 bytes expected for FP64 [1,30], got 120"]],
  },
  {
    name: "another type",
    tensors: [{ name: "X", shape: [1n, 30n], dataType: DataType.FP32, data: raw(120) }],
    violations: [["tensors[0].dataType", "expected FP64, got FP32"]],
  },
  {
    name: "another list than the type's",
    tensors: [{ name: "X", shape: [1n, 1n], data: { case: "floats", value: { values: [1] } } }],
    violations: [["tensors[0].shape", "wrong dimension: expected [rows, 30], got [1, 1]"]],
  },
  {
    name: "a wrong rank",
    tensors: [{ name: "X", shape: [30n], data: raw(240) }],
    violations: [["tensors[0].shape", "wrong rank: expected [rows, 30], got [30]"]],
  },
  {
    name: "a negative dimension",
    tensors: [{ name: "X", shape: [-1n, 30n], data: raw(240) }],
    violations: [
      ["tensors[0].shape", "a dimension is negative: expected [rows, 30], got [-1, 30]"],
    ],
  },
  {
    name: "dimensions whose product overflows",
    tensors: [{ name: "X", shape: [2n ** 62n, 30n], data: raw(0) }],
    violations: [
      ["tensors[0].shape", "too many elements: expected [rows, 30], got [4611686018427387904, 30]"],
    ],
  },
  {
    name: "no rows",
    tensors: [{ name: "X", shape: [0n, 30n], data: raw(0) }],
    violations: [["tensors[0].shape", "expected at least one row, got 0"]],
  },
  {
    name: "no elements at all",
    tensors: [{ name: "X", shape: [1n, 30n] }],
    violations: [["tensors[0].data", "required: raw, or doubles for FP64"]],
  },
  {
    name: "an unknown, and with it a missing input",
    tensors: [{ name: "Y", shape: [1n, 30n], data: raw(240) }],
    violations: [
      ["tensors[0].name", 'unknown input "Y", expected X'],
      ["tensors.X", "missing"],
    ],
  },
  {
    name: "an input given twice",
    tensors: [
      { name: "X", shape: [1n, 30n], data: raw(240) },
      { name: "X", shape: [1n, 30n], data: raw(240) },
    ],
    violations: [["tensors[1].name", "input X is given twice"]],
  },
  {
    name: "numbers that are none",
    tensors: [
      {
        name: "X",
        shape: [1n, 30n],
        data: doubles(
          Number.NaN,
          Number.NEGATIVE_INFINITY,
          ...Array.from({ length: 28 }, () => 0.01),
        ),
      },
    ],
    violations: [
      ["tensors[0][0,0]", "mean_radius: expected a finite number, got NaN"],
      ["tensors[0][0,1]", "mean_texture: expected a finite number, got -Infinity"],
    ],
  },
];

describe("bad tensors", () => {
  it.each(tensorCases)("are named: $name", async ({ tensors = [], violations }) => {
    const call = createPresageClient({ baseUrl: server.url });
    const failure = await connect()
      .predict({ model: "breast-cancer", tensors })
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    const error = PresageError.from(failure);
    expect(error.code).toBe("invalid_argument");
    expect(error.violations.map(({ field, description }) => [field, description])).toEqual(
      violations,
    );
    expect(await call.health()).toBe("SERVING");
  });

  it("are refused where two inputs disagree on the number of rows", async () => {
    const client = createPresageClient({ baseUrl: edge.url });
    const call = client.predictTensors("two-inputs", {
      a: { shape: [2, 1], data: Float32Array.of(1, 2) },
      b: { shape: [3, 1], data: Float32Array.of(1, 2, 3) },
    });
    await expect(call).rejects.toMatchObject({
      violations: [
        {
          field: "tensors[1].shape",
          description:
            "wrong dimension: expected [rows, 1], got [3, 1] (rows is 2 in another input)",
        },
      ],
    });
  });
});
