import type { Tensor } from "../core/tensor.ts";

/** Tensors on their way to another thread, and the buffers that go with them instead of being copied. */
export interface TensorTransfer {
  readonly tensors: readonly Tensor[];
  readonly buffers: readonly ArrayBuffer[];
}

/**
 * Copies tensors once, into buffers that are given away. A view that covers its
 * whole buffer does not show that nobody else holds the buffer: inputs may view
 * a request, a golden example, or samples that are run again.
 */
export function copyTensors(tensors: readonly Tensor[]): TensorTransfer {
  return giveTensors(
    tensors.map((tensor) =>
      "buffer" in tensor.data ? { ...tensor, data: tensor.data.slice() } : tensor,
    ),
  );
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
