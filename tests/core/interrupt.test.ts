import { interruptSignal, stopSignal } from "../../lib/core/interrupt.ts";

const hook = Symbol.for("jupyter.interrupt");
const world = globalThis as Record<symbol, unknown>;
afterEach(() => Reflect.deleteProperty(world, hook));

test("without a kernel there is no stop button, and a signal that never fires", () => {
  expect(interruptSignal()).toBeUndefined();
  expect(stopSignal().aborted).toBe(false);
});

test("the kernel's hook gives the running cell's signal, each time anew", () => {
  let button = new AbortController();
  world[hook] = () => button.signal;
  const first = interruptSignal();
  button = new AbortController();
  expect(interruptSignal()).toBe(button.signal);
  expect(interruptSignal()).not.toBe(first);
});

test("between cells the kernel may give none", () => {
  world[hook] = () => undefined;
  expect(interruptSignal()).toBeUndefined();
  expect(stopSignal().aborted).toBe(false);
});

test("something else under the hook's name is ignored", () => {
  world[hook] = "no function";
  expect(interruptSignal()).toBeUndefined();
});

test.each(["own", "button"] as const)("the %s stops, with its reason", (which) => {
  const controllers = { own: new AbortController(), button: new AbortController() };
  world[hook] = () => controllers.button.signal;
  const signal = stopSignal(controllers.own.signal);
  expect(signal.aborted).toBe(false);
  controllers[which].abort(new Error("enough"));
  expect(signal.aborted).toBe(true);
  expect(signal.reason).toEqual(new Error("enough"));
});
