import { fileURLToPath } from "node:url";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { DataType } from "@presage/gen/presage/v1/tensor_pb";
import { createClient as createPresageClient, type PresageError } from "@presage/sdk/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";
import { protocols } from "../support/protocols.ts";

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

const house = [15.02, 0, 18.1, 0, 0.614, 5.3, 97.3, 2.1, 24, 666, 20.2, 349.48, 24.9];
const names = "CRIM ZN INDUS CHAS NOX RM AGE DIS RAD TAX PTRATIO B LSTAT".split(" ");
const named = Object.fromEntries(names.map((name, index) => [name, house[index] ?? 0]));
const without = (...missing: readonly string[]) =>
  Object.fromEntries(Object.entries(named).filter(([name]) => !missing.includes(name)));
const passenger = {
  sex: "female",
  embarked: "Cherbourg",
  alone: false,
  travel_class: 3,
  age: 35,
  fare: 25.42,
};

interface Case {
  readonly name: string;
  readonly model: string;
  readonly rows: readonly object[];
  readonly violations: readonly (readonly [field: string, description: string])[];
}

const cases: readonly Case[] = [
  {
    name: "a missing feature",
    model: "boston-housing",
    rows: [without("LSTAT")],
    violations: [["rows[0].LSTAT", "missing"]],
  },
  {
    name: "three missing features and one of the wrong type, in two rows",
    model: "boston-housing",
    rows: [without("CRIM", "ZN", "B"), { ...named, RM: "abc" }],
    violations: [
      ["rows[0].CRIM", "missing"],
      ["rows[0].ZN", "missing"],
      ["rows[1].RM", 'expected a number, got "abc"'],
      ["rows[0].B", "missing"],
    ],
  },
  {
    name: "an unknown feature",
    model: "boston-housing",
    rows: [{ ...named, lstat: 1 }],
    violations: [
      [
        "rows[0].lstat",
        "unknown feature, expected CRIM, ZN, INDUS, CHAS, NOX, RM, AGE, DIS, RAD, TAX, …",
      ],
    ],
  },
  {
    name: "a value that the manifest's closed categories do not hold",
    model: "boston-housing",
    rows: [{ ...named, CHAS: 2 }],
    violations: [["rows[0].CHAS", "expected one of 0, 1, got 2"]],
  },
  {
    name: "null where nothing may be missing",
    model: "boston-housing",
    rows: [{ ...named, RM: null }],
    violations: [["rows[0].RM", "expected a number, got null"]],
  },
  {
    name: "a boolean and a list for numbers",
    model: "boston-housing",
    rows: [{ ...named, RM: true, AGE: [1] }],
    violations: [
      ["rows[0].RM", "expected a number, got true"],
      ["rows[0].AGE", "expected a number, got a list of 1"],
    ],
  },
  {
    name: "a fraction and a value out of range for integers",
    model: "oncology",
    rows: [[4, 1, 2, 1, 2, 1, 1, 1.5, 11]],
    violations: [
      ["rows[0].normal_nucleoli", "expected an integer, got 1.5"],
      ["rows[0].mitoses", "expected a number from 1 to 10, got 11"],
    ],
  },
  {
    name: "every wrong type of mixed inputs",
    model: "passengers",
    rows: [{ ...passenger, sex: 1, alone: "no", travel_class: "first", fare: "free" }],
    violations: [
      ["rows[0].sex", "expected text, got 1"],
      ["rows[0].alone", 'expected true or false, got "no"'],
      ["rows[0].travel_class", 'expected an integer, got "first"'],
      ["rows[0].fare", 'expected a number, got "free"'],
    ],
  },
  {
    name: "a category unknown where the set is closed, and none where it is open",
    model: "passengers",
    rows: [{ ...passenger, sex: "FEMALE", embarked: "Belfast", age: null }],
    violations: [["rows[0].sex", 'expected one of "female", "male", got "FEMALE"']],
  },
  {
    name: "a row that is too short",
    model: "iris",
    rows: [[5.1, 3.5, 1.4]],
    violations: [["rows[0]", "expected a list of 4 values, got 3"]],
  },
];

describe.each(protocols)("bad rows over $name", ({ options }) => {
  it.each(cases)("names $name", async ({ model, rows, violations }) => {
    const client = createPresageClient({ baseUrl: server.url, ...options });
    const failure = await client.predict(model, rows).then(
      () => undefined,
      (error: unknown) => error as PresageError,
    );
    expect(failure?.code).toBe("invalid_argument");
    expect(failure?.reason).toBe("INVALID_INPUT");
    expect(failure?.violations.map(({ field, description }) => [field, description])).toEqual(
      violations,
    );
    const next = await client.predict("boston-housing", named);
    expect(next.row).toEqual({ prediction: expect.closeTo(12.273424794987879, 9) });
  });

  it.each([
    { model: "nobody", version: "", reason: "MODEL_NOT_FOUND" },
    { model: "iris", version: "99", reason: "VERSION_NOT_FOUND" },
    { model: "iris", version: "canary", reason: "VERSION_NOT_FOUND" },
    { model: "iris", version: "01", reason: "VERSION_NOT_FOUND" },
  ])("answers NOT_FOUND for $model, version '$version'", async ({ model, version, reason }) => {
    const client = createPresageClient({ baseUrl: server.url, ...options });
    const call = client.predict(model, [1, 2, 3, 4], { version });
    await expect(call).rejects.toMatchObject({ code: "not_found", reason });
  });
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
    const { PresageError: typed } = await import("@presage/sdk/node");
    const error = typed.from(failure);
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
