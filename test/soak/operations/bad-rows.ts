import type { PresageClient } from "@presage/sdk/node";
import { callReflected } from "../../support/reflected.ts";
import { below, pick } from "../random.ts";
import { expectRefusal, type Refusal } from "../refusals.ts";
import { anyLane, type Lane, type Operation, type Setting } from "../setting.ts";

/** A request of the SDK that must be refused. */
interface BadRequest {
  readonly name: string;
  readonly refusal: Refusal;
  readonly send: (client: PresageClient) => Promise<unknown>;
}

const invalid: Refusal = { code: "invalid_argument", reason: "INVALID_INPUT" };
const missing = (reason: string): Refusal => ({ code: "not_found", reason });
const house = [15.02, 0, 18.1, 0, 0.614, 5.3, 97.3, 2.1, 24, 666, 20.2, 349.48, 24.9];
const nothing = new Float64Array(30);

const badRequests: readonly BadRequest[] = [
  {
    name: "an unknown model",
    refusal: missing("MODEL_NOT_FOUND"),
    send: (client) => client.predict(`nobody-${Date.now()}`, [1]),
  },
  {
    name: "an unknown version",
    refusal: missing("VERSION_NOT_FOUND"),
    send: (client) => client.predict("iris", [1, 2, 3, 4], { version: "canary" }),
  },
  {
    name: "an unknown output",
    refusal: invalid,
    send: (client) => client.predict("iris", [1, 2, 3, 4], { outputs: ["label", "nothing"] }),
  },
  {
    name: "a row that is too short",
    refusal: invalid,
    send: (client) => client.predict("iris", [5.1, 3.5, 1.4]),
  },
  {
    name: "features that are missing or unknown",
    refusal: invalid,
    send: (client) => client.predict("iris", { sepal_length: 1, petal: 2 }),
  },
  {
    name: "text where a number is expected, among rows that are right",
    refusal: invalid,
    send: (client) =>
      client.predict<object>("boston-housing", [house, house.with(5, Number.NaN), { CRIM: "abc" }]),
  },
  {
    name: "a fraction and a grade out of range",
    refusal: invalid,
    send: (client) => client.predict("oncology", [4, 1, 2, 1, 2, 1, 1, 1.5, 11]),
  },
  {
    name: "hundreds of mistakes",
    refusal: invalid,
    send: (client) =>
      client.predict<object>(
        "iris",
        Array.from({ length: 300 }, () => ["a", "b", null, true]),
      ),
  },
  {
    name: "tensors of a wrong type, shape and name",
    refusal: invalid,
    send: (client) =>
      client.predictTensors("breast-cancer", {
        X: { shape: [30], data: Float32Array.from(nothing) },
        Y: { shape: [1, 30], data: nothing },
      }),
  },
  {
    name: "truth of no prediction",
    refusal: { code: "invalid_argument", reason: "PREDICTION_ID_INVALID" },
    send: (client) => client.feedback("nothing", { truth: 1 }),
  },
  {
    name: "metrics of no model",
    refusal: missing("MODEL_NOT_FOUND"),
    send: (client) => client.metrics("nobody"),
  },
  {
    name: "no model of the name",
    refusal: missing("MODEL_NOT_FOUND"),
    send: (client) => client.model("nobody"),
  },
  {
    name: "a message that is too large",
    refusal: { code: "resource_exhausted", reason: "MESSAGE_TOO_LARGE" },
    send: (client) => client.predict("iris", [1, 2, 3, 4], { routingKey: "x".repeat(1_200_000) }),
  },
];

/** Input that does not fit, over every protocol, each with the code and reason that it must have. */
export function badRowOperations(setting: Setting): readonly Operation[] {
  const { random } = setting;
  const sent = badRequests.map(
    ({ name, refusal, send }): Operation => ({
      name: `refused: ${name}`,
      weight: 1,
      timed: false,
      async run() {
        await expectRefusal(send(anyLane(setting).client), refusal);
        return 1;
      },
    }),
  );
  return [
    ...sent,
    {
      name: "refused: a typed row with fields that are missing",
      weight: 2,
      timed: false,
      async run() {
        await expectRefusal(sendTypedRow(setting, anyLane(setting)), invalid);
        return 1;
      },
    },
    {
      name: "refused: truth that the model cannot answer",
      weight: 1,
      timed: false,
      async run() {
        const { client } = anyLane(setting);
        const { predictionId } = await client.predict("iris", [1 + below(random, 5), 2, 3, 1]);
        const truth = pick(random, ["rose", 7, 0.5]);
        await expectRefusal(client.feedback(predictionId, { truth }), invalid);
        return 2;
      },
    },
  ];
}

async function sendTypedRow({ services }: Setting, { transport }: Lane): Promise<unknown> {
  const service = services.get("oncology/1");
  if (service === undefined) throw new Error("no service of oncology");
  return callReflected(transport, service, { method: "predict", request: { mitoses: 11 } });
}
