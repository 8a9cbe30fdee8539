/** How a notebook's stop button reaches a training: the kernel publishes the running cell's signal under a global symbol. */

/** The running cell's abort signal, where a kernel gives one. */
export function interruptSignal(): AbortSignal | undefined {
  const current = (globalThis as Record<symbol, unknown>)[Symbol.for("jupyter.interrupt")];
  return typeof current === "function" ? (current as () => AbortSignal | undefined)() : undefined;
}

/** One signal for a training: the caller's own and the notebook's stop button, whichever comes first. */
export function stopSignal(own?: AbortSignal): AbortSignal {
  const signals = [own, interruptSignal()].filter((signal) => signal !== undefined);
  return AbortSignal.any(signals);
}
