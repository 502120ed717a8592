/** The bytes of the length in front of a message. */
const lengthBytes = 4;

/** Reads messages that each have their length as a big-endian uint32 in front. */
export async function* readDelimited(input: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  let received = Buffer.alloc(0);
  for await (const chunk of input) {
    received = Buffer.concat([received, chunk]);
    while (received.length >= lengthBytes) {
      const end = lengthBytes + received.readUInt32BE();
      if (received.length < end) break;
      yield received.subarray(lengthBytes, end);
      received = received.subarray(end);
    }
  }
  if (received.length > 0) throw new Error("the input ended within a message");
}

/** Writes one message as `readDelimited` reads it. */
export function delimit(message: Uint8Array): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(message.length);
  return Buffer.concat([length, message]);
}
