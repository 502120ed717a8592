import { createClient as createPresageClient, type PresageError } from "@presage/sdk/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";
import { protocols } from "../support/protocols.ts";

let server: BuiltServer;
beforeAll(async () => {
  server = await startBuiltServer();
});
afterAll(() => server.close());

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
