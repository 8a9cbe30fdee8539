/** Stand-ins for what draws: the course's kernel, which publishes a function under a global symbol. */
export interface Drawn {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  id: string;
  update: boolean;
}

const hook = Symbol.for("jupyter.display");

/** Installs a kernel's hook; what is drawn is added to the list it gives. */
export function installKernel(): Drawn[] {
  const drawn: Drawn[] = [];
  const draw = (
    {
      data,
      metadata,
      transient,
    }: { data: Drawn["data"]; metadata: Drawn["metadata"]; transient: { display_id: string } },
    { update }: { update: boolean },
  ) => drawn.push({ data, metadata, id: transient.display_id, update });
  (globalThis as Record<symbol, unknown>)[hook] = draw;
  return drawn;
}

/** Takes all front ends away again. */
export function removeFrontEnds(): void {
  Reflect.deleteProperty(globalThis, hook);
  Reflect.deleteProperty(globalThis, "__tslab__");
}
