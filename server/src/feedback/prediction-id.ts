import { randomInt, randomUUID } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import { ServingError } from "../core/errors.ts";
import type { Slice } from "../core/feedback.ts";
import type { AnswerReader } from "../core/scoring.ts";
import { checkKey, createSealer, decode, type Sealer, viewOf } from "./seal.ts";
import { answersLength, readAnswers, type SealedAnswers, writeAnswers } from "./sealed-answers.ts";

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
  /** Prepares for naming the predictions of a slice. */
  describe(slice: Slice): DescribedSlice;
  /**
   * Names a prediction. The answers are those that `reader` was turned to;
   * undefined, where there are none to compare.
   */
  mint(described: DescribedSlice, rowCount: number, reader: AnswerReader | undefined): string;
  /** Names a prediction that cannot be reported of. */
  mintUnsealed(): string;
  /** Reads an id. Throws PREDICTION_ID_INVALID for one that was not made with this key. */
  read(id: string): SealedPrediction;
}

/** A slice, with what all its ids have in common. */
export interface DescribedSlice {
  /** The bytes that ids begin with. */
  readonly head: Buffer;
  /** The same as it stands in ids. */
  readonly text: string;
  /** Of the key of the last id; undefined until there was one. */
  sealer: Sealer | undefined;
  /** The key that the sealer's was derived from. */
  key: Uint8Array | undefined;
}

/** Format 1, of earlier versions, was sealed with HMAC. */
const format = 2;
const lengthBytes = 2;
const identityBytes = 16;
const processAt = 6;
const countAt = 12;
/** The beginning of a head, which tells its length, and its letters. */
const openingBytes = 1 + lengthBytes;
const openingLetters = 4;
const range32 = 2 ** 32;
/** As many as randomInt can choose from; written in 6 bytes. */
const processes = 2 ** 48 - 1;
/** The most bytes of a prediction: all its rows' answers are held if they fit, or none. */
const capacity = 64 * 1024;
/** More than any id has: room for the head, and for four letters for three bytes. */
const longestId = 2 * capacity;
const unsealedId = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * Makes a maker of ids. An id is base64url of: a head, the same for all of a
 * slice; the identity (milliseconds since 1970 in 6 bytes, a random number of the
 * process in 6, a count in 4, big-endian); the rows' answers; and the code of
 * identity and answers with the key that is derived from the head.
 */
export function createPredictionIds(clock: Clock): PredictionIds {
  const process = randomInt(processes);
  let count = 0;
  let key: Uint8Array | undefined;
  /** Of the id that was read last: reports mostly come for one slice after another. */
  let lastRead: DescribedSlice | undefined;

  const writeIdentity = (body: DataView): void => {
    writeUint48(body, 0, clock.now());
    writeUint48(body, processAt, process);
    body.setUint32(countAt, count);
    count = (count + 1) >>> 0;
  };

  /** Takes an id apart; undefined, if it was not made with this key. */
  const openId = (id: string, sealedBy: Uint8Array): SealedPrediction | undefined => {
    const text = headOf(id);
    if (text === undefined) return undefined;
    if (lastRead?.text !== text) {
      const head = decode(text);
      if (head === undefined) return undefined;
      lastRead = { head, text, sealer: undefined, key: undefined };
    }
    const body = sealerOf(lastRead, sealedBy).open(id.slice(text.length));
    return body === undefined ? undefined : readParts(lastRead.head, body);
  };

  return {
    get canSeal() {
      return key !== undefined;
    },
    useKey(given) {
      key = checkKey(given);
    },
    describe(slice) {
      const head = writeHead(slice);
      return { head, text: head.toString("base64url"), sealer: undefined, key: undefined };
    },
    mintUnsealed: randomUUID,
    mint(described, rowCount, reader) {
      if (key === undefined) return randomUUID();
      const sealer = sealerOf(described, key);
      const body = sealer.reserve(roomFor(rowCount, reader));
      writeIdentity(body);
      const length = writeAnswers(body, { at: identityBytes, rowCount, reader });
      return sealer.seal(length);
    },
    read(id) {
      if (unsealedId.test(id)) {
        throw new ServingError(
          "PREDICTION_NOT_SCORED",
          "the prediction was made without a store of feedback, or while it could not be reached",
        );
      }
      if (key === undefined) {
        throw new ServingError("STORE_UNAVAILABLE", "the store of feedback was not reached yet", {
          retryAfterMs: 1000,
        });
      }
      const opened = openId(id, key);
      if (opened !== undefined) return opened;
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

/** The sealer of a slice, derived again only when there is another key. */
function sealerOf(described: DescribedSlice, key: Uint8Array): Sealer {
  if (described.sealer === undefined || described.key !== key) {
    described.sealer = createSealer(key, described.head);
    described.key = key;
  }
  return described.sealer;
}

/** At least what a prediction takes, or all that one may take. */
function roomFor(rowCount: number, reader: AnswerReader | undefined): number {
  const scores = reader?.scoreCount ?? 0;
  return Math.min(capacity, identityBytes + answersLength(rowCount, scores));
}

/** The part of an id that is its head, if it is an id; undefined, if it cannot be one. */
function headOf(id: string): string | undefined {
  if (id.length > longestId) return undefined;
  const opening = decode(id.slice(0, openingLetters));
  if (opening?.length !== openingBytes || opening[0] !== format) return undefined;
  return id.slice(0, (opening.readUInt16LE(1) / openingBytes) * openingLetters);
}

/**
 * Writes the head of a slice's ids: the format, 1 byte; its own length, 2 bytes;
 * the texts, each after its length; and zeros, so that the length divides by
 * three and its base64url ends where that of the rest begins.
 */
function writeHead({ model, version, scoring, policy, alias }: Slice): Buffer {
  const texts = [model, version, scoring, policy, alias].map((text) => Buffer.from(text));
  const parts = texts.flatMap((text) => [lengthOf(text.length), text]);
  const written = Buffer.concat([Buffer.of(format), lengthOf(0), ...parts]);
  const head = Buffer.alloc(Math.ceil(written.length / 3) * 3);
  written.copy(head);
  head.writeUInt16LE(head.length, 1);
  return head;
}

function lengthOf(length: number): Buffer {
  const bytes = Buffer.alloc(lengthBytes);
  bytes.writeUInt16LE(length);
  return bytes;
}

/** Reads what was sealed, and so is as it was written. */
function readParts(head: Buffer, body: Buffer): SealedPrediction {
  let at = 1 + lengthBytes;
  const nextText = (): string => {
    const begin = at + lengthBytes;
    at = begin + head.readUInt16LE(at);
    return head.toString("utf8", begin, at);
  };
  const slice = {
    model: nextText(),
    version: nextText(),
    scoring: nextText(),
    policy: nextText(),
    alias: nextText(),
  };
  return {
    prediction: new Uint8Array(body.subarray(0, identityBytes)),
    predictedAt: body.readUIntBE(0, processAt),
    slice,
    ...readAnswers(viewOf(body), identityBytes),
  };
}

/** Writes a number of 48 bits, big-endian. */
function writeUint48(view: DataView, at: number, value: number): void {
  view.setUint16(at, Math.floor(value / range32));
  view.setUint32(at + 2, value);
}
