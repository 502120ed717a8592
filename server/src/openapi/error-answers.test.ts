import { describe, expect, it } from "vitest";
import { errorCatalogue } from "../core/errors.ts";
import { describeErrorAnswers } from "./error-answers.ts";

const answers = describeErrorAnswers();

describe("describeErrorAnswers()", () => {
  it("has every status that a call may fail with", () => {
    expect(Object.keys(answers)).toEqual([
      "400",
      "404",
      "408",
      "415",
      "429",
      "431",
      "499",
      "500",
      "501",
      "503",
      "504",
    ]);
  });

  it("tells each reason of the catalogue with its meaning, once", () => {
    const told = Object.values(answers)
      .map(({ description }) => description)
      .join("\n");
    for (const [reason, { meaning }] of Object.entries(errorCatalogue))
      expect(told.split(`- \`${reason}\`: ${meaning}`)).toHaveLength(2);
  });

  it.each([
    ["400", ["invalid_argument", "failed_precondition"]],
    ["404", ["not_found", "unimplemented"]],
    ["429", ["resource_exhausted"]],
    ["499", ["canceled"]],
    ["500", ["internal"]],
    ["501", ["unimplemented"]],
    ["503", ["unavailable"]],
    ["504", ["deadline_exceeded"]],
  ])("answers %s with the codes that it stands for", (status, codes) => {
    expect(answers[status]?.["content"]).toEqual({
      "application/json": {
        schema: {
          $ref: "#/components/schemas/connect.Error",
          properties: { code: { enum: codes } },
        },
      },
    });
  });

  it.each(["408", "415", "431"])("answers %s without a body", (status) => {
    expect(answers[status]).not.toHaveProperty("content");
  });
});
