"""One variable is one variable, whichever cell or function reads it or assigns to it."""

from kernel_case import KernelCase


class VariableTests(KernelCase):
    def test_a_function_sees_what_a_later_cell_assigns(self):
        self.ok("let total = 0;\nfunction add(n: number) { total += n }\nadd(2)")
        self.ok("total *= 10; add(1)")
        self.assertEqual(self.ok("total").result, "21")
        self.ok("total = 0")
        self.ok("add(5)")
        self.assertEqual(self.ok("total").result, "5")

    def test_a_later_cell_sees_what_a_timer_assigns(self):
        self.ok("let ticks = 0;\nsetTimeout(() => { ticks = 7 }, 50)")
        self.assertEqual(self.ok("await new Promise((done) => setTimeout(done, 300)); ticks").result, "7")

    def test_destructuring_swap_and_counting(self):
        self.ok("let [a, { b }] = [1, { b: 2 }];\nconst both = () => `${a} ${b}`")
        self.ok("[a, b] = [b, a]")
        self.assertEqual(self.ok("both()").result, "'2 1'")
        self.assertEqual(self.ok("a++ + --b").result, "2")
        self.assertEqual(self.ok("both()").result, "'3 0'")

    def test_declared_again_it_is_another_variable(self):
        self.ok("let rate = 1;\nconst oldRate = () => rate")
        self.ok('let rate = "fast"')
        self.assertEqual(self.ok("[rate, oldRate()]").result, "[ 'fast', 1 ]")
        self.ok("const rate = 3")
        self.assertEqual(self.ok("[rate, oldRate()]").result, "[ 3, 1 ]")

    def test_declared_again_by_a_cell_that_fails_before(self):
        self.ok("let seed = 1")
        self.fails('throw new Error("stop");\nlet seed = 2')
        self.assertIn("Cannot find name 'seed'", self.fails("seed").traceback)
        self.ok("let seed = 3")
        self.assertEqual(self.ok("seed").result, "3")

    def test_of_a_cell_that_failed_half_way(self):
        self.fails('let early = 1;\nconst read = () => early;\nearly = 2;\nthrow new Error("stop");\nlet tardy = 3;')
        self.ok("early = 5")
        self.assertEqual(self.ok("read()").result, "5")
        self.assertIn("Cannot find name 'tardy'", self.fails("tardy").traceback)

    def test_functions_and_classes_may_be_defined_again(self):
        self.ok("class Model { name() { return 1 } }\nfunction build() { return new Model() }")
        self.ok("class Model { name() { return 2 } }")
        self.assertEqual(self.ok("[new Model().name(), build().name()]").result, "[ 2, 1 ]")
