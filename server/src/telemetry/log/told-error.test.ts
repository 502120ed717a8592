import { describe, expect, it } from "vitest";
import { ServingError } from "../../core/errors.ts";
import { type ToldError, tellError, withoutPasswords } from "./told-error.ts";

/** What is told, but for where it happened. */
function toldOf(error: unknown): ToldError {
  const { stack: _, ...told } = tellError(error);
  return told;
}

describe("tellError()", () => {
  const cases: [string, unknown, ToldError][] = [
    ["its class and message", new TypeError("broken"), { type: "TypeError", message: "broken" }],
    [
      "no message of an error that is written for the caller",
      new ServingError("MODEL_ANSWER_INVALID", "the model answered the class 271828"),
      { type: "ServingError", reason: "MODEL_ANSWER_INVALID" },
    ],
    [
      "no message of a parser, which quotes what it read",
      new SyntaxError("Unexpected token 'x', tell-nobody is not valid JSON"),
      { type: "SyntaxError" },
    ],
    [
      "no texts in quotes, and no fractions",
      new Error(`expected "a", got 'tell
nobody' or -271828.1828459, 2.5e+10; 127.0.0.1:5432 refused 3 times`),
      {
        type: "Error",
        message: `expected "…", got '…' or …, …; 127.0.0.1:5432 refused 3 times`,
      },
    ],
    [
      "no passwords",
      new Error("cannot reach postgres://user:tell-nobody@host/db"),
      { type: "Error", message: "cannot reach postgres://…@host/db" },
    ],
    [
      "what the system calls it, and nothing else that it carries",
      Object.assign(new Error("refused"), { code: "ECONNREFUSED", detail: "tell-nobody" }),
      { type: "Error", code: "ECONNREFUSED", message: "refused" },
    ],
    ["not what is no error", { secret: "tell-nobody" }, { type: "object" }],
  ];
  it.each(cases)("tells %s", (_, error, told) => {
    expect(toldOf(error)).toEqual(told);
  });

  it("tells where it happened, but not in what words", () => {
    const { stack = "" } = tellError(
      new ServingError("INTERNAL", "tell-nobody\n    at tell-nobody:1:1"),
    );
    expect(stack).toMatch(/^\s+at .*told-error\.test\.ts/);
    expect(stack).not.toContain("tell-nobody");
  });

  it("tells what caused it, and so on, to a depth", () => {
    let error = new Error("0");
    for (let depth = 1; depth < 10; depth += 1) error = new Error(`${depth}`, { cause: error });
    const messages: (string | undefined)[] = [];
    for (let told: ToldError | undefined = tellError(error); told; told = told.cause)
      messages.push(told.message);
    expect(messages).toEqual(["9", "8", "7", "6"]);
  });

  it("bounds a message", () => {
    expect(toldOf(new Error("x".repeat(100_000))).message).toHaveLength(500);
  });
});

describe("withoutPasswords()", () => {
  const cases: [string, string, string][] = [
    ["a URL's password", "to postgres://a:b%20c@h:1/d?x=y.", "to postgres://…@h:1/d?x=y."],
    ["several", "http://u:p@a and https://t@b", "http://…@a and https://…@b"],
    ["nothing where there is none", "http://a/b@c me@example.com", "http://a/b@c me@example.com"],
  ];
  it.each(cases)("leaves out %s", (_, text, left) => {
    expect(withoutPasswords(text)).toBe(left);
  });
});
