import { findSoleMemory, moveSoleMemory } from "../core/sole-memory.ts";
import { elementLayout, type Tensor } from "../core/tensor.ts";

/** Tensors on their way to another thread, and the buffers that go with them instead of being copied. */
export interface TensorTransfer {
  readonly tensors: readonly Tensor[];
  readonly buffers: readonly ArrayBuffer[];
}

/** Tensors on their way to another thread, some of which come back. */
export interface TensorLoan extends TensorTransfer {
  /** Those of the buffers that are to come back, in this order. */
  readonly lent: readonly ArrayBuffer[];
  /** Puts the buffers that came back under the tensors that were lent. */
  takeBack(returned: readonly ArrayBuffer[]): void;
}

/**
 * Lends tensors. Those in memory that their call alone holds are moved, and empty
 * until they are taken back; others are copied once. A view that covers its whole
 * buffer does not show that nobody else holds it: inputs may view a golden
 * example, or samples that are run again.
 */
export function lendTensors(tensors: readonly Tensor[]): TensorLoan {
  const copies: ArrayBuffer[] = [];
  const lent: ArrayBuffer[] = [];
  const takings: ((returned: readonly ArrayBuffer[]) => void)[] = [];
  const sent = tensors.map((tensor): Tensor => {
    const { data, dataType } = tensor;
    if (!("buffer" in data) || dataType === "STRING") return tensor;
    const memory = findSoleMemory(data.buffer);
    if (memory === undefined) {
      const copy = data.slice();
      copies.push(copy.buffer);
      return { ...tensor, data: copy };
    }
    if (!lent.includes(memory.buffer)) lent.push(memory.buffer);
    const place = lent.indexOf(memory.buffer);
    const { byteOffset, length } = data;
    takings.push((returned) => {
      const buffer = returned[place];
      if (buffer === undefined) return;
      moveSoleMemory(memory, buffer);
      Object.assign(tensor, { data: elementLayout(dataType).view(buffer, byteOffset, length) });
    });
    return tensor;
  });
  return {
    tensors: sent,
    buffers: [...copies, ...lent],
    lent,
    takeBack(returned) {
      for (const take of takings) take(returned);
    },
  };
}

/**
 * Gives tensors away without a copy; the caller must not use them any more. One
 * that views a part of its buffer is copied, so that no more than it is sent.
 */
export function giveTensors(tensors: readonly Tensor[]): TensorTransfer {
  const buffers = new Set<ArrayBuffer>();
  const given = tensors.map((tensor) => {
    if (!("buffer" in tensor.data)) return tensor;
    const whole = tensor.data.byteLength === tensor.data.buffer.byteLength;
    const data = whole ? tensor.data : tensor.data.slice();
    if (data.buffer instanceof ArrayBuffer) buffers.add(data.buffer);
    return { ...tensor, data };
  });
  return { tensors: given, buffers: [...buffers] };
}
