import type { DescService, Message } from "@bufbuild/protobuf";
import type { Contract } from "../contracts/contract.ts";
import { createTypedCodecs, type TypedCodecs } from "../contracts/typed-codec.ts";
import type { Clock } from "../core/clock.ts";
import { ServingError } from "../core/errors.ts";
import type { TypedInput } from "../core/prediction.ts";
import type { RoutingSnapshot } from "../core/routing-snapshot.ts";
import type { Signature } from "../core/signature.ts";
import type { Predictor } from "../predict/predictor.ts";
import { addHeader, type CallContext, readHeader, recordOf } from "./call-context.ts";
import { typedHeaders } from "./typed-headers.ts";
import { readUrgency } from "./urgency.ts";

/** Answers one call of a typed service; the answer is a message of the method's output type. */
export type TypedMethod = (request: Message, context: CallContext) => Promise<Message>;

/** The service of a contract, with the methods that answer it. */
export interface TypedService {
  readonly descriptor: DescService;
  readonly methods: {
    readonly predict: TypedMethod;
    readonly predictBatch: TypedMethod;
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

  const answer = async (
    request: Message,
    context: CallContext,
    codecOf: TypedInput["codecOf"],
  ): Promise<Message> => {
    const { output, predictionId, version } = await predictor.predict({
      model,
      version: readHeader(context, typedHeaders.version) ?? "",
      outputs: [],
      input: { kind: "typed", request, routing, codecOf },
      signal: context.signal,
      deadline: clock.now() + (context.timeoutMs() ?? Number.POSITIVE_INFINITY),
      urgency: readUrgency(readHeader(context, "priority")),
      record: recordOf(context),
    });
    if (output.kind !== "typed") throw new Error("a typed call was answered in another form");
    addHeader(context, typedHeaders.modelVersion, version.toString());
    if (predictionId.length <= longestId)
      addHeader(context, typedHeaders.predictionId, predictionId);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the codec of the contract wrote it
    return output.answer as Message;
  };

  return {
    descriptor: service,
    methods: {
      predict: (request, context) =>
        answer(request, context, (signature) => codecsOf(signature).predict),
      predictBatch: (request, context) =>
        answer(request, context, (signature) => codecsOf(signature).predictBatch),
    },
  };
}
