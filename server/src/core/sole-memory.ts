import type { Tensor } from "./tensor.ts";

/**
 * Large memory that one call alone holds, wherever it lies now. Moving it to
 * another buffer empties every view of the buffer that it lay in, so whoever
 * kept one reads nothing, and never what is written there later.
 */
export interface SoleMemory {
  buffer: ArrayBuffer;
}

/** From so many bytes on, memory is worth moving and using again. */
export const largeBytes: number = 256 * 1024;

const memories = new WeakMap<ArrayBufferLike, SoleMemory>();

/** Notes that one call alone holds a large buffer; once that is over, its memory is used again. */
export function holdAlone(buffer: ArrayBuffer): void {
  memories.set(buffer, { buffer });
}

/** Notes the same of the buffer of a tensor, if that is large and has nothing else in it. */
export function holdTensorAlone({ data }: Tensor): void {
  if (!("buffer" in data) || data.byteLength < largeBytes) return;
  const { buffer } = data;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === data.byteLength) holdAlone(buffer);
}

/** Finds the memory that lies in a buffer; undefined where others may hold it, or it is small. */
export function findSoleMemory(buffer: ArrayBufferLike): SoleMemory | undefined {
  return buffer.byteLength < largeBytes ? undefined : memories.get(buffer);
}

/** Notes that memory has moved to another buffer. */
export function moveSoleMemory(memory: SoleMemory, buffer: ArrayBuffer): void {
  memory.buffer = buffer;
  memories.set(buffer, memory);
}
