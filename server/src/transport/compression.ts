import { type Compression, compressionNegotiate } from "@connectrpc/connect/protocol";
import { compressionBrotli, compressionGzip } from "@connectrpc/connect-node";
import { byteLength, type PlainAnswer } from "./plain-protocols.ts";

/** The ways in which messages may be compressed, best known first. */
export const compressions: Compression[] = [compressionGzip, compressionBrotli];

/** Answers below this size are sent as they are, in bytes: Connect's own default. */
const leastBytes = 1024;

/**
 * Chooses how to compress an answer, if its caller accepts that and it is worth it.
 * Only for Connect: answers of gRPC hold tensors as a rule, which do not shrink.
 */
export function chooseCompression(answer: PlainAnswer, accepted: string): Compression | undefined {
  if (byteLength(answer.body) < leastBytes) return undefined;
  const { response } = compressionNegotiate(compressions, null, accepted, "accept-encoding");
  return response ?? undefined;
}

/** Compresses an answer. */
export async function compressAnswer(
  answer: PlainAnswer,
  { name, compress }: Compression,
): Promise<PlainAnswer> {
  const compressed = await compress(Buffer.concat(answer.body));
  return { ...answer, body: [compressed], contentEncoding: name };
}
