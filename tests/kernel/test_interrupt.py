"""The ■ button: the cell ends, the kernel and its variables live."""

import time

from kernel_case import KernelCase

TRAIN = """
const log: string[] = [];
let steps = 0;
async function* train({ signal }: { signal: AbortSignal }) {
  try {
    while (!signal.aborted) {
      await new Promise((done) => setTimeout(done, 5));
      yield ++steps;
    }
    log.push("stopped by its signal");
  } finally {
    log.push("tidied");
  }
}
const currentSignal = () => (globalThis as any)[Symbol.for("jupyter.interrupt")]() as AbortSignal;
const kept = { answer: 42 };
"""


class InterruptTests(KernelCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prepare(TRAIN)

    def interrupt(self, code, seconds=0.5):
        ran = self.interrupt_after(self.send(code), seconds)
        self.assertEqual(ran.status, "error")
        self.assertEqual(ran.reply["content"]["ename"], "Interrupted", ran.traceback)
        self.assertEqual(self.ok("kept.answer").result, "42")
        return ran

    def test_synchronous_loop(self):
        ran = self.interrupt("let turns = 0;\nwhile (true) turns++;")
        self.assertIn("line 2, column 1", ran.traceback)
        self.assertGreater(int(self.ok("turns").result), 1000)

    def test_synchronous_loop_after_an_await(self):
        self.interrupt("await new Promise((done) => setTimeout(done, 20));\nfor (;;);")

    def test_finally_blocks_run(self):
        self.interrupt('try { while (true) {} } finally { log.push("finally") }')
        self.assertIn("finally", self.ok("log.at(-1)").result)

    def test_loop_in_a_function_of_an_earlier_cell(self):
        self.ok("function spin() { do { } while (true) }")
        self.interrupt("spin()")

    def test_loop_that_catches_everything(self):
        self.interrupt("while (true) { try { while (true) {} } catch {} }")

    def test_recursion_without_a_loop(self):
        self.interrupt("const fib = (n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2));\nfib(60)")

    def test_loop_inside_a_built_in(self):
        self.interrupt("Array.from({ length: 2 ** 32 - 1 }, () => Math.random())")

    def test_synchronous_loop_in_a_timer(self):
        self.interrupt(
            "const spinForever = () => { [1].map(spinForever2); };"
            "const spinForever2 = (): number => { try { return spinForever2() + 1 } catch { return spinForever2() } };"
            "setTimeout(spinForever, 20); await new Promise(() => {})"
        )

    def test_training_that_honours_its_signal(self):
        self.interrupt("for await (const step of train({ signal: currentSignal() })) step;")
        self.assertRegex(self.ok("log.join()").result, "tidied")
        before = self.ok("steps").result
        time.sleep(0.2)
        self.assertEqual(self.ok("steps").result, before)

    def test_awaited_training_in_a_function(self):
        self.ok("async function whole() { let n = 0; for await (const s of train({ signal: currentSignal() })) n = s; return n }")
        self.ok("log.length = 0")
        self.interrupt("await whole()")
        self.assertIn("stopped by its signal", self.ok("log.join()").result)

    def test_training_that_ignores_its_signal(self):
        self.ok("const never = new AbortController().signal; log.length = 0")
        self.interrupt("for await (const step of train({ signal: never })) step;")
        before = self.ok("steps").result
        time.sleep(0.2)
        self.assertEqual(self.ok("steps").result, before)
        self.assertEqual(self.ok("log.join()").result, "'tidied'")

    def test_promise_that_never_resolves(self):
        self.interrupt("await new Promise(() => {})")

    def test_variables_of_the_interrupted_cell(self):
        self.interrupt("const early = [1, 2, 3];\nawait new Promise(() => {});\nconst tardy = 5;")
        self.assertEqual(self.ok("early.length").result, "3")
        self.assertIn("Cannot find name 'tardy'", self.fails("tardy").traceback)

    def test_work_that_ignores_the_interrupt_prints_in_its_own_cell(self):
        code = 'const clock = setInterval(() => console.log("tick"), 100); await new Promise(() => {})'
        ran = self.interrupt(code)
        ticks = self.late(lambda m: m["msg_type"] == "stream" and "tick" in m["content"]["text"], count=2)
        self.ok("clearInterval(clock)")
        self.assertEqual({m["parent_header"]["msg_id"] for m in ticks}, {ran.id})

    def test_interrupt_while_nothing_runs(self):
        self.manager.interrupt_kernel()
        time.sleep(0.3)
        self.assertEqual(self.ok("1 + 1").result, "2")
        self.assertEqual(self.ok("let s = 0; for (let i = 0; i < 10; i++) s += i; s").result, "45")

    def test_cells_behind_the_interrupted_one_are_aborted(self):
        first = self.send("await new Promise(() => {})")
        second = self.send("1")
        ran = self.interrupt_after(first, 0.3)
        self.assertEqual(ran.status, "error")
        self.assertEqual(self.collect(second).status, "aborted")

    def test_the_kernel_answers_while_a_cell_runs(self):
        running = self.send("while (true) {}")
        self.await_start(running)
        reply = self.ask(lambda: self.client.complete("kept.ans"))
        self.assertEqual(reply["matches"], ["answer"])
        ran = self.interrupt_after(running, 0)
        self.assertEqual(ran.status, "error")
