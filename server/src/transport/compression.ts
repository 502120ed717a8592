import { type Compression, compressionNegotiate } from "@connectrpc/connect/protocol";
import { compressionBrotli, compressionGzip } from "@connectrpc/connect-node";
import { byteLength, type PlainAnswer } from "./plain-protocols.ts";

/** The ways in which messages may be compressed, best known first. */
export const compressions: Compression[] = [compressionGzip, compressionBrotli];

/** Answers below this size are sent as they are, in bytes: Connect's own default. */
const leastBytes = 1024;

/**
 * Compresses an answer if its caller accepts that and it is worth it. Only for
 * Connect: answers of gRPC hold tensors as a rule, which do not shrink.
 */
export async function compressAnswer(answer: PlainAnswer, accepted: string): Promise<PlainAnswer> {
  if (byteLength(answer.body) < leastBytes) return answer;
  const { response } = compressionNegotiate(compressions, null, accepted, "accept-encoding");
  if (response === null) return answer;
  const compressed = await response.compress(Buffer.concat(answer.body));
  return { ...answer, body: [compressed], contentEncoding: response.name };
}
