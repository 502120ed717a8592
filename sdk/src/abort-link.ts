/** A signal of one stream's own, which follows that of its caller. */
export interface AbortLink {
  readonly signal: AbortSignal;
  /** Aborts the own signal, and follows no longer. */
  end(): void;
}

/** Makes a signal that is aborted with the given one, or when its stream is over. */
export function linkAbort(followed: AbortSignal | undefined): AbortLink {
  const controller = new AbortController();
  const abort = (): void => controller.abort(followed?.reason);
  followed?.addEventListener("abort", abort);
  if (followed?.aborted === true) abort();
  return {
    signal: controller.signal,
    end() {
      followed?.removeEventListener("abort", abort);
      controller.abort();
    },
  };
}
