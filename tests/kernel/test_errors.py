"""What a student reads when a cell fails: what, why, and where in the cell."""

from kernel_case import ANSI, KernelCase

NOT_THE_STUDENTS = r"node:internal|execute\.js|dist/kernel|node:vm"


class ErrorTests(KernelCase):
    def error_of(self, code):
        ran = self.fails(code)
        [error] = ran.of_type("error")
        return ran, error

    def test_name_and_message(self):
        ran, error = self.error_of('throw new RangeError("too far")')
        self.assertEqual((error["ename"], error["evalue"]), ("RangeError", "too far"))
        reply = ran.reply["content"]
        self.assertEqual((reply["ename"], reply["evalue"]), ("RangeError", "too far"))
        self.assertEqual(reply["traceback"], error["traceback"])
        self.assertEqual(ran.of_type("execute_result"), [])

    def test_traceback_points_into_the_cell(self):
        code = 'const limit = 1;\nfunction walk() {\n  throw new RangeError("too far");\n}\n\nwalk();'
        ran, _ = self.error_of(code)
        cell = f"Cell [{ran.reply['content']['execution_count']}]"
        self.assertIn(f"{cell}, line 3, column 9", ran.traceback)
        self.assertIn('3 |   throw new RangeError("too far");', ran.traceback)
        self.assertRegex(ran.traceback, r"at walk \(Cell \[\d+\]:3:9\)")
        self.assertIn(f"{cell}:6:1", ran.traceback)
        self.assertNotRegex(ran.traceback, NOT_THE_STUDENTS)

    def test_the_caret_stands_below_the_fault(self):
        ran, _ = self.error_of('const rows = [1];\n\tconst x = rows.length > 0 && (() => { throw new Error("here") })();')
        lines = ran.traceback.split("\n")
        at = next(i for i, line in enumerate(lines) if "throw new Error" in line and "|" in line)
        caret = lines[at + 1].index("^")
        self.assertEqual(lines[at][caret : caret + 9], "new Error")

    def test_after_an_await(self):
        ran, error = self.error_of('await new Promise((done) => setTimeout(done, 5));\nnull as any;\n(null as any).weights')
        self.assertEqual(error["ename"], "TypeError")
        self.assertIn("line 3, column 15", ran.traceback)

    def test_function_of_an_earlier_cell(self):
        earlier = self.ok('function divide(a: number, b: number) {\n  if (b === 0) throw new Error("by zero");\n  return a / b;\n}')
        ran, _ = self.error_of("1;\ndivide(1, 0)")
        there, here = earlier.reply["content"]["execution_count"], ran.reply["content"]["execution_count"]
        self.assertIn(f"Cell [{there}], line 2", ran.traceback)
        self.assertIn(f"Cell [{here}]:2:1", ran.traceback)

    def test_in_a_loop_the_line_is_still_right(self):
        ran, _ = self.error_of('for (const n of [1, 2]) {\n  if (n === 2)\n    throw new Error("second");\n}')
        self.assertIn("line 3, column 11", ran.traceback)

    def test_cause(self):
        ran, error = self.error_of('throw new Error("outer", { cause: new TypeError("inner") })')
        self.assertEqual(error["evalue"], "outer")
        self.assertRegex(ran.traceback, r"caused by:\nTypeError: inner")

    def test_thrown_things_that_are_no_errors(self):
        for thrown, shown in [('"text"', "'text'"), ("null", "null"), ("undefined", "undefined"), ("{ a: 1 }", "{ a: 1 }")]:
            with self.subTest(thrown):
                _, error = self.error_of(f"throw {thrown}")
                self.assertIn(shown, error["evalue"])

    def test_thrown_proxy_that_throws(self):
        proxy = 'new Proxy({}, { get() { throw new Error("trap") }, getPrototypeOf() { throw new Error("trap") } })'
        self.error_of(f"throw {proxy}")
        self.assertEqual(self.ok("1 + 1").result, "2")

    def test_printed_stacks_name_the_cell_too(self):
        ran = self.ok('try {\n  throw new Error("caught");\n} catch (error) {\n  console.error(error);\n}')
        self.assertRegex(ran.text("stderr"), r"Error: caught\n\s+at Cell \[\d+\]:2:9")
        self.assertNotRegex(ran.text("stderr"), NOT_THE_STUDENTS)

    def test_names_before_the_fault_are_kept(self):
        self.fails('const early = 1;\nthrow new Error("stop");\nconst tardy = 2;')
        self.assertEqual(self.ok("early").result, "1")
        self.assertIn("Cannot find name 'tardy'", self.fails("tardy").traceback)

    def test_a_package_that_is_not_there(self):
        ran, error = self.error_of('import { x } from "no-such-package-anywhere"')
        self.assertIn("no-such-package-anywhere", error["evalue"])
        self.assertIn("line 1, column 19", ran.traceback)


class TypeErrorTests(KernelCase):
    def test_line_column_and_the_line_itself(self):
        ran = self.fails("const steps: number = 5;\nconst label: string = steps;")
        [error] = ran.of_type("error")
        self.assertEqual(error["ename"], "TypeScriptError")
        self.assertIn("Type 'number' is not assignable to type 'string'", error["evalue"])
        self.assertIn("(line 2, column 7)", error["evalue"])
        lines = ran.traceback.split("\n")
        at = next(i for i, line in enumerate(lines) if "const label: string = steps;" in line)
        start = lines[at].index("label")
        self.assertEqual(lines[at + 1][start:], "^" * len("label"))

    def test_all_of_them_are_told(self):
        ran = self.fails('const a: string = 1;\nconst b: number = "2";\nmissing();')
        for place in ["line 1, column 7", "line 2, column 7", "line 3, column 1"]:
            self.assertIn(place, ran.traceback)

    def test_nothing_of_the_cell_runs(self):
        self.ok("let touched = 0")
        self.fails("touched = 1;\nconst wrong: string = touched;")
        self.assertEqual(self.ok("touched").result, "0")

    def test_syntax_error(self):
        ran = self.fails("const a = 1;\nconst = 5")
        self.assertIn("line 2, column 7", ran.traceback)
        self.assertIn("const = 5", ran.traceback)

    def test_types_of_earlier_cells_count(self):
        self.ok("function half(x: number): number { return x / 2 }\ninterface Point { x: number }")
        self.assertIn("not assignable to parameter of type 'number'", self.fails('half("4")').traceback)
        self.assertIn("Property 'x' is missing", self.fails("const p: Point = {}").traceback)

    def test_misspelt_name_gets_a_suggestion(self):
        self.ok("const learningRate = 0.1")
        self.assertIn("Did you mean 'learningRate'", self.fails("learningRat").traceback)

    def test_the_traceback_is_coloured_and_the_message_is_not(self):
        [error] = self.fails("const a: string = 1").of_type("error")
        self.assertRegex("\n".join(error["traceback"]), ANSI)
        self.assertNotRegex(error["evalue"], ANSI)


class AbortTests(KernelCase):
    def test_cells_sent_behind_a_failing_one_do_not_run(self):
        self.ok("const ran: number[] = []")
        codes = ['await new Promise((done) => setTimeout(done, 300)); throw new Error("first")', "ran.push(2)", "ran.push(3)"]
        first, second, third = [self.collect(sent) for sent in [self.send(code) for code in codes]]
        self.assertEqual([first.status, second.status, third.status], ["error", "aborted", "aborted"])
        self.assertEqual(second.of_type("execute_input"), [])
        self.assertEqual(self.ok("ran.length").result, "0")

    def test_a_cell_sent_after_the_error_was_seen_runs(self):
        for _ in range(10):
            self.fails('throw new Error("on purpose")')
            self.assertEqual(self.ok("6 * 7").result, "42")

    def test_stop_on_error_false(self):
        codes = ['await new Promise((done) => setTimeout(done, 300)); throw new Error("first")', "1 + 1"]
        first, second = [self.collect(sent) for sent in [self.send(code, stop_on_error=False) for code in codes]]
        self.assertEqual([first.status, second.status], ["error", "ok"])
        self.assertEqual(second.result, "2")

    def test_type_errors_abort_as_well(self):
        sent = [self.send("await new Promise((done) => setTimeout(done, 300))"), self.send("const a: string = 1"), self.send("1")]
        self.assertEqual([self.collect(one).status for one in sent], ["ok", "error", "aborted"])
