/** ■ may be pressed between the moment a cell is sent to the running thread and the moment it begins there. */
import type { Outcome } from "../../lib/kernel/protocol.ts";
import { createRunner } from "../../lib/kernel/run/execute.ts";
import { watchInterrupts } from "../../lib/kernel/run/interrupt.ts";
import { captureOutput } from "../../lib/kernel/run/output.ts";

test("a cell that was stopped before it began ends at its first loop, and tidies up", async () => {
  const shared = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const interrupts = watchInterrupts(shared);
  const folder = import.meta.dirname;
  const output = captureOutput(() => undefined);
  const runner = createRunner({ folder, repo: folder, interrupts, builtIn: new Map(), output });
  const sent = interrupts.count();
  Atomics.add(new Int32Array(shared), 0, 1);
  // Ends by itself after five seconds, so that a cell which nobody stops fails this test instead of hanging it.
  const code = `const end = Date.now() + 5000;
    try { while (Date.now() < end) __cell__.check(); } finally { exports.tidied = true; }`;
  const outcome = await new Promise<Outcome>((ended) => {
    runner.run(
      {
        type: "run",
        id: "cell",
        count: 1,
        interrupts: sent,
        source: code,
        script: { code, mappings: "" },
        isAsync: false,
        names: [],
        modules: [],
      },
      ended,
    );
  });
  expect(outcome).toMatchObject({ kind: "failed", error: { ename: "Interrupted" } });
  expect(runner.scope["tidied"]).toBe(true);
});
