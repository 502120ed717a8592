import { once } from "node:events";
import type { PresageClient } from "@presage/sdk/node";
import { checkRows } from "../expected.ts";
import { jsonBody, jsonHeaders, predictPath, withHttp2 } from "../http-calls.ts";
import { askAny, type Question } from "../questions.ts";
import { below } from "../random.ts";
import { allowRefusal } from "../refusals.ts";
import { anyLane, type Lane, type Operation, type Setting } from "../setting.ts";

/** Calls are broken off within so many milliseconds, which is before, in or after their run. */
const soonMs = 8;

/** Calls that end before their answer: cancelled, late, or with their stream or connection. */
export function brokenOffOperations(setting: Setting): readonly Operation[] {
  const { url, random } = setting;
  return [
    {
      name: "cancelled",
      weight: 3,
      timed: false,
      async run() {
        const question = askAny(random);
        const controller = new AbortController();
        const timer = setTimeout(() => controller.abort(), random() * soonMs);
        const call = predict(anyLane(setting).client, question, { signal: controller.signal });
        await allowRefusal(call, { code: "canceled" });
        clearTimeout(timer);
        return 1;
      },
    },
    {
      name: "short deadline",
      weight: 3,
      timed: false,
      async run() {
        const timeoutMs = 1 + below(random, soonMs);
        const call = predict(anyLane(setting).client, askAny(random), { timeoutMs });
        await allowRefusal(call, { code: "deadline_exceeded" });
        return 1;
      },
    },
    {
      name: "stream left in its midst",
      weight: 1,
      timed: false,
      async run() {
        const questions = Array.from({ length: 20 }, () => askAny(random));
        const source = questions.map(({ model, asked, rows }) => ({
          model,
          version: asked,
          rows: rows as readonly object[],
        }));
        let answers = 0;
        for await (const { error } of leavable(setting).client.predictStream("", source)) {
          if (error !== undefined) throw error;
          answers += 1;
          if (answers > 5) break;
        }
        return answers;
      },
    },
    {
      name: "connection cut",
      weight: 1,
      timed: false,
      async run() {
        return withHttp2(url, async (session) => {
          const headers = { ":method": "POST", ":path": predictPath, ...jsonHeaders };
          const streams = Array.from({ length: 4 }, () => session.request(headers));
          for (const stream of streams) stream.on("error", () => {}).end(jsonBody(askAny(random)));
          const [first] = streams;
          if (first !== undefined && random() < 0.5) await once(first, "response");
          return streams.length;
        });
      },
    },
  ];
}

/**
 * A lane whose streams can be left. Connect's own transports (2.2.0) never free an
 * HTTP/2 stream that is left when all of its answers have come but were not read,
 * and so keep the connection open for as long as the server allows at its end.
 */
function leavable({ lanes }: Setting): Lane {
  const lane = lanes.find(({ name }) => name === "gRPC, binary");
  if (lane === undefined) throw new Error("no lane of gRPC");
  return lane;
}

/** Predicts the question's rows, and checks them if they are answered after all. */
async function predict(
  client: PresageClient,
  question: Question,
  options: { readonly signal?: AbortSignal; readonly timeoutMs?: number },
): Promise<void> {
  const { model, asked, rows } = question;
  const answer = await client.predict<object, Record<string, unknown>>(model, rows, {
    version: asked,
    ...options,
  });
  checkRows(question, answer.rows);
}
