import type { CallRecord } from "../core/call-record.ts";
import type { ServingError } from "../core/errors.ts";
import type { CallSteps } from "./calls.ts";
import type { AddedMetadata } from "./plain-context.ts";
import type { PlainAnswer, PlainProtocol } from "./plain-protocols.ts";

/** The answers to calls that are refused. */
export interface Refusals {
  /** Notes that a call was refused, and gives its answer. */
  answer(protocol: PlainProtocol, refused: ServingError, record: CallRecord): PlainAnswer;
}

/** The metadata of an answer whose method has added none. */
export const nothingAdded: AddedMetadata = { header: undefined, trailer: undefined };

/**
 * Makes the answers to refused calls, each once: a server that has too much to do
 * gives the same few errors over and over, and must not have more to do for that.
 */
export function createRefusals(steps: Pick<CallSteps, "refuse">): Refusals {
  const written = new WeakMap<ServingError, Map<PlainProtocol, PlainAnswer>>();
  return {
    answer(protocol, refused, record) {
      record.fail({ status: "RESOURCE_EXHAUSTED", error: refused });
      const answers = written.get(refused) ?? new Map<PlainProtocol, PlainAnswer>();
      const answer =
        answers.get(protocol) ??
        protocol.fail(
          steps.refuse(refused, { record: undefined, protocol: protocol.name }),
          nothingAdded,
        );
      written.set(refused, answers.set(protocol, answer));
      return answer;
    },
  };
}
