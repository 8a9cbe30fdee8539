/**
 * Takes out of a child's process what an answer has no business with. The sandbox around the process (bubblewrap, Node's
 * permission model) is the wall; this is the second one, and the only one against signals and the network where there is
 * no bubblewrap.
 */
import { registerHooks } from "node:module";
import { Writable } from "node:stream";
import { writeSync } from "node:fs";

/** Modules may load other modules only from these folders, and builtins only on their behalf. */
export function confineModules(folders: string[]): void {
  const roots = folders.map((folder) => `file://${folder}/`);
  registerHooks({
    resolve(specifier, context, next) {
      const parent = context.parentURL ?? "";
      if (!roots.some((root) => parent.startsWith(root))) throw new Error(notAvailable(specifier));
      return next(specifier, context);
    },
  });
}

export function notAvailable(specifier: string): string {
  return `import "${specifier}": not available while work is marked; only "@actl/generative" is`;
}

/** What stays of `process`: enough for TensorFlow.js to recognise Node and to read its clock. */
const kept = [
  "arch",
  "hrtime",
  "memoryUsage",
  "nextTick",
  "platform",
  "release",
  "uptime",
  "version",
  "versions",
] as const;

const networkGlobals = ["fetch", "WebSocket", "EventSource", "BroadcastChannel", "Worker", "navigator"];

/** Replaces `process` by a harmless stand-in, empties the real one, and removes the network. */
export function disarmGlobals(): void {
  const real = process;
  const standIn: Record<string, unknown> = {
    argv: [],
    env: {},
    execArgv: [],
    exit: refuseExit,
    cwd: () => "/",
    emitWarning: () => undefined,
    on: () => undefined,
    stderr: sink(2),
    stdout: sink(1),
  };
  for (const name of kept) standIn[name] = Reflect.get(real, name);
  for (const name of networkGlobals) Reflect.deleteProperty(globalThis, name);
  // The real object can still be reached by roundabout ways (a callback's `this`, an inherited constructor), so what
  // signals, ends, loads or writes goes from it too. Node's own internals hold their own references.
  for (const name of Object.getOwnPropertyNames(real)) {
    if (inUse.has(name)) continue;
    try {
      Object.defineProperty(real, name, { value: standIn[name], writable: false, configurable: false });
    } catch {
      // A few are fixed by Node itself: version numbers, the title.
    }
  }
  Object.defineProperty(globalThis, "process", { value: standIn, writable: true, configurable: true });
}

/** Properties of the real `process` that Node's internals read through the object at run time. */
const inUse = new Set([
  "domain",
  "_exiting",
  "exitCode",
  "emit",
  "_events",
  "_eventsCount",
  "_maxListeners",
  "nextTick",
]);

function refuseExit(): never {
  throw new Error(
    "process.exit() is not available while work is marked: it would end the marking, not the cell",
  );
}

/** A plain stream over a descriptor: the usual one is a socket, whose constructor opens connections. */
function sink(descriptor: 1 | 2): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Uint8Array, _encoding, done) {
      writeSync(descriptor, typeof chunk === "string" ? Buffer.from(chunk) : chunk);
      done();
    },
  });
}
