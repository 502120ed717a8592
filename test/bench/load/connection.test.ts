import { describe, expect, it } from "vitest";
import { checkAnswer, type Exchange } from "./connection.ts";

const message = Uint8Array.of(1, 2, 3, 4);

describe("checkAnswer()", () => {
  it.each<{ wants: Partial<Exchange>; wrong: string | undefined }>([
    { wants: {}, wrong: undefined },
    { wants: { answerBytes: 4 }, wrong: undefined },
    { wants: { answerBytes: 6, tolerance: 2 }, wrong: undefined },
    { wants: { answerBytes: 6, tolerance: 1 }, wrong: "an answer has 4 bytes instead of 6" },
    { wants: { answerEnd: Uint8Array.of(3, 4) }, wrong: undefined },
    { wants: { answerEnd: message }, wrong: undefined },
    { wants: { answerEnd: Uint8Array.of(3) }, wrong: "an answer ends with 04 instead of 03" },
    {
      wants: { answerEnd: Uint8Array.of(0, 1, 2, 3, 4) },
      wrong: "an answer ends with 01020304 instead of 0001020304",
    },
  ])("says of $wants: $wrong", ({ wants, wrong }) => {
    const body = new Uint8Array();
    const exchange: Exchange = { protocol: "grpc", port: 80, path: "/a.B/C", body, ...wants };
    expect(checkAnswer(exchange, message)).toBe(wrong);
  });
});
