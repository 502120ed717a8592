import type { TensorInput, TensorsPrediction } from "@presage/sdk/node";
import { checkEqual, checkRows, checkTensors, Unexpected } from "../expected.ts";
import { askAny, namedRows, type Question } from "../questions.ts";
import { below } from "../random.ts";
import { anyLane, type Operation, type Setting } from "../setting.ts";

/** What rows are answered: outputs by name. */
type AnsweredRow = Readonly<Record<string, unknown>>;

/** Predictions of the generic service, by the SDK over every protocol. */
export function predictionOperations(setting: Setting): readonly Operation[] {
  const { random } = setting;
  let made = 0;
  const nextId = (): string => `soak-${(made += 1)}`;
  return [
    {
      name: "rows",
      weight: 30,
      timed: true,
      async run() {
        const question = askAny(random);
        const { model, version, asked, rows } = question;
        const given = random() < 0.5 ? namedRows(question) : rows;
        const requestId = nextId();
        const options = { version: asked, requestId };
        const answer = await anyLane(setting).client.predict<object, AnsweredRow>(
          model,
          given,
          options,
        );
        checkEqual("version", answer.version, version);
        checkEqual("request id", answer.requestId, requestId);
        checkRows(question, answer.rows);
        return 1;
      },
    },
    {
      name: "tensors",
      weight: 14,
      timed: true,
      async run() {
        const question = askTensors(setting);
        const { model, version, asked, inputs } = question;
        const answer = await anyLane(setting).client.predictTensors(model, inputs, {
          version: asked,
        });
        checkEqual("version", answer.version, version);
        checkTensors(question, listed(answer));
        return 1;
      },
    },
    {
      name: "stream",
      weight: 5,
      timed: false,
      run: () => runStream(setting),
    },
  ];
}

/** Many requests on one stream, one of which is wrong; every answer must find its request. */
async function runStream(setting: Setting): Promise<number> {
  const { random } = setting;
  const questions = new Map<string, Question>();
  for (let message = 0; message < 2 + below(random, 30); message += 1)
    questions.set(`message ${message}`, askAny(random, 3));
  const source = [
    ...[...questions].map(([requestId, { model, asked, rows }]) => ({
      requestId,
      model,
      version: asked,
      rows: rows as readonly object[],
    })),
    { requestId: "wrong", model: "iris", rows: [[1, 2, 3]] as readonly object[] },
  ];
  const { client } = anyLane(setting, true);
  const left = new Set(source.map(({ requestId }) => requestId));
  for await (const { requestId, prediction, error } of client.predictStream<object, AnsweredRow>(
    "",
    source,
    {
      timeoutMs: 30_000,
    },
  )) {
    if (!left.delete(requestId))
      throw new Unexpected(`${requestId} was not asked, or answered twice`);
    const question = questions.get(requestId);
    if (question === undefined) checkEqual("reason", error?.reason, "INVALID_INPUT");
    else if (error === undefined) checkRows(question, prediction.rows);
    else throw error;
  }
  checkEqual("messages without an answer", left.size, 0);
  return source.length;
}

/** Asks a model that takes all features in one tensor. */
function askTensors({
  random,
}: Setting): Question & { readonly inputs: Readonly<Record<string, TensorInput>> } {
  let question = askAny(random);
  while (question.tensor === undefined) question = askAny(random);
  const { tensor, rows, features } = question;
  const shape = [rows.length, features.length];
  const numbers = rows.flat().map(Number);
  return { ...question, inputs: { [tensor.name]: inputOf(tensor.dataType, shape, numbers) } };
}

function inputOf(
  dataType: "FP32" | "FP64" | "INT64",
  shape: readonly number[],
  numbers: readonly number[],
): TensorInput {
  switch (dataType) {
    case "FP32":
      return { shape, data: Float32Array.from(numbers) };
    case "FP64":
      return { shape, data: Float64Array.from(numbers) };
    case "INT64":
      return { shape, data: BigInt64Array.from(numbers, BigInt) };
  }
}

/** The elements of each output as a list: some kinds of tensors are no arrays. */
function listed({
  tensors,
}: TensorsPrediction): Readonly<Record<string, { readonly data: ArrayLike<unknown> }>> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { data }]) => [name, { data: Array.from<unknown>(data) }]),
  );
}
