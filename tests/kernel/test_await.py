"""`await` at the top of a cell, in all its shapes; tslab alone runs some of them as if they were not there."""

from kernel_case import KernelCase

STREAM = "async function* count(n: number) { for (let i = 1; i <= n; i++) { await null; yield i } }"


class AwaitTests(KernelCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prepare(STREAM)

    def test_await_expression(self):
        self.assertEqual(self.ok("await Promise.resolve(6 * 7)").result, "42")

    def test_the_cell_ends_after_what_it_awaits(self):
        ran = self.ok('await new Promise((done) => setTimeout(done, 50));\nconsole.log("after");')
        self.assertEqual(ran.text(), "after\n")

    def test_awaited_value_in_a_declaration(self):
        self.ok("const answer = await Promise.resolve(42), { a, b: [second] } = await Promise.resolve({ a: 1, b: [2] })")
        self.assertEqual(self.ok("[answer, a, second]").result, "[ 42, 1, 2 ]")
        self.assertIn("'number' is not assignable", self.fails("const text: string = answer").traceback)

    def test_for_await(self):
        self.assertEqual(self.ok("let sum = 0;\nfor await (const n of count(4)) sum += n;\nsum").result, "10")

    def test_for_await_alone(self):
        self.assertEqual(self.ok("for await (const n of count(3)) console.log(n)").text(), "1\n2\n3\n")

    def test_called_async_function(self):
        self.assertEqual(self.ok("await (async () => { let s = 0; for await (const n of count(3)) s += n; return s })()").result, "6")

    def test_await_within_blocks_and_expressions(self):
        ran = self.ok("const out: number[] = [];\nif (await Promise.resolve(true)) {\n  try { out.push(1 + (await Promise.resolve(1))) } finally { out.push(await Promise.resolve(3)) }\n}\n`${out} ${await Promise.resolve(4)}`")
        self.assertEqual(ran.result, "'2,3 4'")

    def test_await_in_a_function_does_not_make_the_cell_wait(self):
        ran = self.ok("const forever = async () => { await new Promise(() => {}) };\nforever();\n5")
        self.assertEqual(ran.result, "5")

    def test_rejection(self):
        ran = self.fails('1;\nawait Promise.reject(new RangeError("no"))')
        self.assertEqual(ran.reply["content"]["ename"], "RangeError")

    def test_a_name_is_visible_to_functions_of_the_cell_and_later(self):
        self.ok("let total = 0;\nconst add = async (n: number) => { total += n };\nawait add(2); await add(3)")
        self.ok("total *= 2; await add(1)")
        self.assertEqual(self.ok("total").result, "11")

    def test_dynamic_import(self):
        self.assertEqual(self.ok('const { join } = await import("node:path");\njoin("a", "b")').result, "'a/b'")

    def test_cells_do_not_overtake_each_other(self):
        self.ok("const order: number[] = []")
        slow = self.send("await new Promise((done) => setTimeout(done, 200)); order.push(1)")
        fast = self.send("order.push(2)")
        self.collect(slow), self.collect(fast)
        self.assertEqual(self.ok("order").result, "[ 1, 2 ]")
