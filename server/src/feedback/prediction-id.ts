import { randomBytes, randomUUID } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import { ServingError } from "../core/errors.ts";
import type { Slice } from "../core/feedback.ts";
import type { AnswerReader } from "../core/scoring.ts";
import { createSealer, type Sealer, sealLength } from "./seal.ts";
import { readAnswers, type SealedAnswers, writeAnswers } from "./sealed-answers.ts";

/** What a prediction id says. */
export interface SealedPrediction extends SealedAnswers {
  /** Its identity, 16 bytes. */
  readonly prediction: Uint8Array;
  /** When it was made, in milliseconds since 1970. */
  readonly predictedAt: number;
  readonly slice: Slice;
}

/** Makes and reads prediction ids. */
export interface PredictionIds {
  /** Whether there is a key; without one, ids cannot be reported of. */
  readonly canSeal: boolean;
  /** Seals and reads ids with this key from now on, 32 bytes. */
  useKey(key: Uint8Array): void;
  /** Writes the part that all ids of a slice have in common. */
  describe(slice: Slice): Uint8Array;
  /**
   * Names a prediction. The answers are those that `reader` was turned to;
   * undefined, where there are none to compare.
   */
  mint(described: Uint8Array, rowCount: number, reader: AnswerReader | undefined): string;
  /** Names a prediction that cannot be reported of. */
  mintUnsealed(): string;
  /** Reads an id. Throws PREDICTION_ID_INVALID for one that was not made with this key. */
  read(id: string): SealedPrediction;
}

const format = 1;
const identityBytes = 16;
const timeBytes = 6;
/** The most bytes of an id: as many rows' answers as fit are held, or none. */
const capacity = 64 * 1024;
const unsealedId = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * Makes a maker of ids. An id is base64url of: the format, 1 byte; the identity
 * (milliseconds since 1970 in 6 bytes, 6 random bytes of the process, a count in
 * 4); the slice; the rows' answers; and the seal of all that.
 */
export function createPredictionIds(clock: Clock): PredictionIds {
  const process = randomBytes(6);
  let count = 0;
  let sealer: Sealer | undefined;

  const writeIdentity = (body: Buffer): void => {
    body[0] = format;
    body.writeUIntBE(clock.now(), 1, timeBytes);
    body.set(process, 1 + timeBytes);
    body.writeUInt32BE(count, 1 + timeBytes + process.length);
    count = (count + 1) >>> 0;
  };

  return {
    get canSeal() {
      return sealer !== undefined;
    },
    useKey(key) {
      sealer = createSealer(key, capacity);
    },
    describe: writeSlice,
    mintUnsealed: randomUUID,
    mint(described, rowCount, reader) {
      if (sealer === undefined) return randomUUID();
      const { body } = sealer;
      writeIdentity(body);
      body.set(described, 1 + identityBytes);
      const at = 1 + identityBytes + described.length;
      const length = writeAnswers(body, { at, rowCount, reader });
      return body.toString("base64url", 0, length) + sealer.seal(length);
    },
    read(id) {
      if (unsealedId.test(id)) {
        throw new ServingError(
          "PREDICTION_NOT_SCORED",
          "the prediction was made without a store of feedback, or while it could not be reached",
        );
      }
      if (sealer === undefined) {
        throw new ServingError("STORE_UNAVAILABLE", "the store of feedback was not reached yet", {
          retryAfterMs: 1000,
        });
      }
      const text = id.slice(0, -sealLength);
      const bytes = Buffer.from(text, "base64url");
      const isWhole = bytes.length > 0 && bytes.length <= capacity;
      if (isWhole && bytes.toString("base64url") === text) {
        sealer.body.set(bytes);
        if (sealer.matches(bytes.length, id.slice(-sealLength))) return readBody(bytes);
      }
      throw new ServingError(
        "PREDICTION_ID_INVALID",
        "prediction_id: no server of this store made it; send the prediction_id of an answer as it is",
        {
          violations: [
            {
              field: "prediction_id",
              description: "expected the prediction_id of an answer, whole",
            },
          ],
        },
      );
    },
  };
}

function writeSlice({ model, version, scoring, policy, alias }: Slice): Uint8Array {
  const texts = [model, version, scoring, policy, alias].map((text) => Buffer.from(text));
  return Buffer.concat(texts.flatMap((text) => [lengthOf(text), text]));
}

function lengthOf(text: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(text.length);
  return bytes;
}

/** Reads what was sealed, and so is as it was written. */
function readBody(body: Buffer): SealedPrediction {
  let at = 1 + identityBytes;
  const nextText = (): string => {
    const begin = at + 2;
    at = begin + body.readUInt16LE(at);
    return body.toString("utf8", begin, at);
  };
  const slice = {
    model: nextText(),
    version: nextText(),
    scoring: nextText(),
    policy: nextText(),
    alias: nextText(),
  };
  return {
    prediction: new Uint8Array(body.subarray(1, 1 + identityBytes)),
    predictedAt: body.readUIntBE(1, timeBytes),
    slice,
    ...readAnswers(body, at),
  };
}
