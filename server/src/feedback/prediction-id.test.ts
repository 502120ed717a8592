import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failureOf } from "../../../test/support/signatures.ts";
import type { AnsweredRow, AnswerReader, Scoring } from "../core/scoring.ts";
import { createPredictionIds, type PredictionIds, type SealedPrediction } from "./prediction-id.ts";

const clock = { now: () => 1_763_700_000_123 };
const key = randomBytes(32);
const slice = {
  model: "breast-cancer",
  version: "18446744073709551615",
  scoring: "0123456789abcdef",
  policy: "requested",
  alias: "canary-é",
};
const classes: Scoring = { kind: "binary", classes: [], positive: 1, probabilities: true };

function sealing(): PredictionIds {
  const ids = createPredictionIds(clock);
  ids.useKey(key);
  return ids;
}

function readerOf(
  rows: readonly AnsweredRow[],
  facts: Partial<Pick<AnswerReader, "scoring" | "precision">> = {},
): AnswerReader {
  return {
    scoring: classes,
    outputs: [],
    precision: "double",
    ...facts,
    scoreCount: rows[0]?.scores.length ?? 0,
    turnTo: () => true,
    answer: (row) => rows[row]?.answer ?? 0,
    score: (row, index) => rows[row]?.scores[index] ?? 0,
  };
}

function rowsOf({ rowCount, answerOf }: SealedPrediction): readonly unknown[] {
  return Array.from({ length: rowCount }, (_, row) => answerOf?.(row));
}

describe("createPredictionIds()", () => {
  it("writes what it reads, whatever was answered", () => {
    const double = fc.double({ noNaN: true });
    const answers = fc.nat(3).chain((scores) =>
      fc.record({
        isNumber: fc.constant(false),
        rows: fc.array(
          fc.record({
            answer: fc.nat(65_535),
            scores: fc.array(double, { minLength: scores, maxLength: scores }),
          }),
          { maxLength: 20 },
        ),
      }),
    );
    const numbers = fc.record({
      isNumber: fc.constant(true),
      rows: fc.array(fc.record({ answer: double, scores: fc.constant([]) }), { maxLength: 20 }),
    });
    const ids = sealing();
    const described = ids.describe(slice);
    fc.assert(
      fc.property(fc.oneof(answers, numbers), ({ isNumber, rows }) => {
        const scoring: Scoring = isNumber ? { kind: "regression" } : classes;
        const id = ids.mint(described, rows.length, readerOf(rows, { scoring }));
        const read = ids.read(id);
        expect([read.predictedAt, read.slice, read.rowCount]).toEqual([
          clock.now(),
          slice,
          rows.length,
        ]);
        expect(rowsOf(read)).toEqual(rows);
      }),
    );
  });

  it("keeps numbers of single precision in half the room", () => {
    const ids = sealing();
    const rows = [{ answer: 1, scores: [Math.fround(0.1)] }];
    const described = ids.describe(slice);
    const single = ids.mint(described, 1, readerOf(rows, { precision: "single" }));
    const double = ids.mint(described, 1, readerOf(rows));
    expect(rowsOf(ids.read(single))).toEqual(rows);
    expect(single.length).toBeLessThan(double.length);
  });

  it("gives every prediction an identity of its own", () => {
    const [one, other] = [sealing(), sealing()];
    const described = one.describe(slice);
    const identities = [one, other].flatMap((ids) =>
      Array.from({ length: 1000 }, () =>
        Buffer.from(one.read(ids.mint(described, 1, undefined)).prediction).toString("hex"),
      ),
    );
    expect(new Set(identities).size).toBe(2000);
  });

  it("leaves answers out that do not fit, and says how many rows there are", () => {
    const ids = sealing();
    const many = Array.from({ length: 10_000 }, () => ({ answer: 1, scores: [0.5] }));
    const read = ids.read(ids.mint(ids.describe(slice), many.length, readerOf(many)));
    expect(read).toMatchObject({ rowCount: 10_000, answerOf: undefined });
  });

  it("reads what others made with the same key", () => {
    const [one, other] = [sealing(), sealing()];
    const rows = [{ answer: 1, scores: [0.25] }];
    const read = other.read(one.mint(one.describe(slice), 1, readerOf(rows)));
    expect([read.slice, rowsOf(read)]).toEqual([slice, rows]);
  });

  it("makes and takes ids of its last key only", () => {
    const ids = sealing();
    const described = ids.describe(slice);
    const before = ids.mint(described, 1, undefined);
    ids.useKey(randomBytes(32));
    expect(failureOf(() => ids.read(before)).reason).toBe("PREDICTION_ID_INVALID");
    expect(ids.read(ids.mint(described, 1, undefined)).slice).toEqual(slice);
    ids.useKey(key);
    expect(ids.read(before).slice).toEqual(slice);
  });

  it("wants a key of 32 bytes", () => {
    const ids = createPredictionIds(clock);
    expect(() => ids.useKey(randomBytes(31))).toThrow("a key has 32 bytes, not 31");
    expect(ids.canSeal).toBe(false);
  });

  it("takes no id that was changed, cut off, or made with another key", () => {
    const ids = sealing();
    const id = ids.mint(ids.describe(slice), 1, readerOf([{ answer: 1, scores: [0.25] }]));
    const other = createPredictionIds(clock);
    other.useKey(randomBytes(32));
    const changed = Array.from(id, (letter, at) => {
      const another = letter === "A" ? "B" : "A";
      return id.slice(0, at) + another + id.slice(at + 1);
    });
    const cut = Array.from(id, (_, length) => id.slice(0, length));
    const wrong = [
      "no-id",
      id.slice(1),
      `${id}A`,
      `${id.slice(0, 10)}=${id.slice(10)}`,
      `${id.slice(0, 10)}\n${id.slice(10)}`,
      "A".repeat(200_000),
      other.mint(other.describe(slice), 1, undefined),
      ...changed,
      ...cut,
    ];
    for (const each of wrong) {
      expect(failureOf(() => ids.read(each)).reason).toBe("PREDICTION_ID_INVALID");
    }
    expect(rowsOf(ids.read(id))).toEqual([{ answer: 1, scores: [0.25] }]);
  });

  it("takes no id of which a bit was turned", () => {
    const ids = sealing();
    const described = ids.describe(slice);
    fc.assert(
      fc.property(fc.array(fc.nat(65_535), { maxLength: 9 }), fc.nat(), (answers, chosen) => {
        const rows = answers.map((answer) => ({ answer, scores: [] }));
        const id = ids.mint(described, rows.length, readerOf(rows));
        const bytes = Buffer.from(id, "base64url");
        const bit = chosen % (8 * bytes.length);
        const at = Math.floor(bit / 8);
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (bit % 8)), at);
        const turned = bytes.toString("base64url");
        expect(failureOf(() => ids.read(turned)).reason).toBe("PREDICTION_ID_INVALID");
      }),
      { numRuns: 1000 },
    );
  });

  it("takes no id of earlier versions", () => {
    const ids = createPredictionIds(clock);
    ids.useKey(Buffer.alloc(32, 7));
    const id = "AQ8AAQBtAQAxAAAAAAAAAZqktkV7kHS-C-RZAAAAAAEAAAAAAAABLj8TtMUmmG8N4YUrqDwQV";
    expect(failureOf(() => ids.read(id)).reason).toBe("PREDICTION_ID_INVALID");
  });

  it("makes ids that cannot be reported of until it has a key", () => {
    const ids = createPredictionIds(clock);
    const id = ids.mint(ids.describe(slice), 1, undefined);
    expect(ids.canSeal).toBe(false);
    expect(failureOf(() => ids.read(id)).reason).toBe("PREDICTION_NOT_SCORED");
    expect(failureOf(() => ids.read("sealed elsewhere")).reason).toBe("STORE_UNAVAILABLE");
    ids.useKey(key);
    expect(ids.canSeal).toBe(true);
    expect(failureOf(() => ids.read(id)).reason).toBe("PREDICTION_NOT_SCORED");
  });
});
