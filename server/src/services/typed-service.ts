import type { DescService, Message } from "@bufbuild/protobuf";
import type { Contract } from "../contracts/contract.ts";
import { createTypedCodecs, type TypedCodecs } from "../contracts/typed-codec.ts";
import type { Clock } from "../core/clock.ts";
import { ServingError } from "../core/errors.ts";
import type { PredictCall, Prediction, TypedInput } from "../core/prediction.ts";
import { mapReply, promiseReply, type Reply } from "../core/reply.ts";
import type { RoutingSnapshot } from "../core/routing-snapshot.ts";
import type { Signature } from "../core/signature.ts";
import type { Predictor } from "../predict/predictor.ts";
import { addHeader, type CallContext, readHeader, recordOf } from "./call-context.ts";
import { typedHeaders } from "./typed-headers.ts";
import { readUrgency } from "./urgency.ts";

/** Answers one call of a typed service; the answer is a message of the method's output type. */
export type TypedMethod = (request: Message, context: CallContext) => Promise<Message>;

/** The same by a reply. */
export type TypedReply = (request: Message, context: CallContext, reply: Reply<Message>) => void;

/** The service of a contract, with the methods that answer it. */
export interface TypedService {
  readonly descriptor: DescService;
  readonly methods: {
    readonly predict: TypedMethod;
    readonly predictBatch: TypedMethod;
  };
  /** The methods by a reply. */
  readonly replies: {
    readonly predict: TypedReply;
    readonly predictBatch: TypedReply;
  };
}

/** A contract, and the versions that serve it. */
export interface ServedContract {
  readonly model: string;
  readonly service: DescService;
  /** The contract as each version serves it, by the version's signature. */
  readonly bySignature: ReadonlyMap<Signature, Contract>;
  /** What routing needs to know of the versions. */
  readonly routing: RoutingSnapshot;
}

/** What a typed service works with. */
export interface TypedServiceParts {
  readonly predictor: Predictor;
  readonly clock: Clock;
}

/**
 * The longest prediction id that is told in a header, in characters: many
 * clients take no more than 8 KiB of headers, and an id grows with its rows.
 */
const longestId = 4096;

const retryWhileReplacedMs = 100;

/** Makes the service of a contract. */
export function createTypedService(
  { model, service, bySignature, routing }: ServedContract,
  { predictor, clock }: TypedServiceParts,
): TypedService {
  const compiled = new Map<Signature, TypedCodecs>();
  for (const [signature, contract] of bySignature)
    compiled.set(signature, createTypedCodecs(contract, signature));

  const codecsOf = (signature: Signature): TypedCodecs => {
    const codecs = compiled.get(signature);
    if (codecs !== undefined) return codecs;
    // The version was loaded anew a moment ago, and its contract is on its way.
    throw new ServingError("VERSION_NOT_READY", `${service.typeName} is being replaced`, {
      retryAfterMs: retryWhileReplacedMs,
    });
  };

  const replyBy =
    (codecOf: TypedInput["codecOf"]): TypedReply =>
    (request, context, reply) => {
      const timeoutMs = context.timeoutMs();
      const call: PredictCall = {
        model,
        version: readHeader(context, typedHeaders.version) ?? "",
        outputs: [],
        input: { kind: "typed", request, routing, codecOf },
        signal: context.signal,
        deadline: timeoutMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + timeoutMs,
        urgency: readUrgency(readHeader(context, "priority")),
        record: recordOf(context),
      };
      predictor.predict(
        call,
        mapReply(reply, (prediction: Prediction) => writeAnswer(prediction, context)),
      );
    };
  const replies = {
    predict: replyBy((signature) => codecsOf(signature).predict),
    predictBatch: replyBy((signature) => codecsOf(signature).predictBatch),
  };

  return {
    descriptor: service,
    replies,
    methods: {
      predict: (request, context) =>
        promiseReply((reply) => replies.predict(request, context, reply)),
      predictBatch: (request, context) =>
        promiseReply((reply) => replies.predictBatch(request, context, reply)),
    },
  };
}

/** Takes the answer out of a prediction; headers tell the rest of it. */
function writeAnswer({ output, predictionId, version }: Prediction, context: CallContext): Message {
  if (output.kind !== "typed") throw new Error("a typed call was answered in another form");
  addHeader(context, typedHeaders.modelVersion, version.toString());
  if (predictionId.length <= longestId) addHeader(context, typedHeaders.predictionId, predictionId);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the codec of the contract wrote it
  return output.answer as Message;
}
