"""What cells print and show: complete, in order, in their own cell, and never so much that the page dies."""

from kernel_case import KernelCase

SHOWN = ("stream", "display_data", "update_display_data", "execute_result", "error")


class OutputTests(KernelCase):
    def shown(self, ran):
        """(what, text) of each output; neighbouring pieces of one stream are one."""
        outputs = []
        for message in ran.messages:
            kind, content = message["msg_type"], message["content"]
            if kind not in SHOWN:
                continue
            what = content["name"] if kind == "stream" else kind
            text = content.get("text") or content.get("data", {}).get("text/plain", "")
            if outputs and outputs[-1][0] == what == content.get("name"):
                text = outputs.pop()[1] + text
            outputs.append((what, text))
        return outputs

    def test_order(self):
        ran = self.ok('import { display } from "@actl/generative";\nconsole.log("a");\nconsole.error("b");\nawait display("c");\nconsole.log("d");\n"e"')
        self.assertEqual(self.shown(ran), [("stdout", "a\n"), ("stderr", "b\n"), ("display_data", "c"), ("stdout", "d\n"), ("execute_result", "'e'")])

    def test_output_before_an_error_comes_before_it(self):
        ran = self.fails('console.log("before");\nthrow new Error("stop")')
        self.assertEqual([what for what, _ in self.shown(ran)], ["stdout", "error"])

    def test_every_line_arrives_in_order(self):
        ran = self.ok("for (let i = 0; i < 20_000; i++) console.log(i)")
        self.assertEqual(ran.text(), "".join(f"{i}\n" for i in range(20_000)))

    def test_output_is_seen_while_the_cell_runs(self):
        running = self.send('console.log("first");\nconsole.log("second");\nwhile (true) {}')
        self.await_message(running, lambda m: m["msg_type"] == "stream" and m["content"]["text"].endswith("second\n"))
        self.assertEqual(self.interrupt_after(running, 0).status, "error")

    def test_bytes_split_within_a_character(self):
        code = 'const bytes = Buffer.from("größe 😀");\nfor (const byte of bytes) process.stdout.write(Buffer.from([byte]))'
        self.assertEqual(self.ok(code).text(), "größe 😀")

    def test_display_updates(self):
        ran = self.ok('import { displayHandle } from "@actl/generative";\nconst bar = displayHandle();\nawait bar.update("10 %");\nawait bar.update("20 %")')
        [first], [second] = ran.of_type("display_data"), ran.of_type("update_display_data")
        self.assertEqual((first["data"]["text/plain"], second["data"]["text/plain"]), ("10 %", "20 %"))
        self.assertTrue(first["transient"]["display_id"])
        self.assertEqual(first["transient"], second["transient"])

    def test_a_later_cell_updates_the_same_place(self):
        first = self.ok('import { displayHandle } from "@actl/generative";\nconst place = displayHandle();\nawait place.update(1)')
        later = self.ok("await place.update(2)")
        self.assertEqual(later.of_type("update_display_data")[0]["transient"], first.of_type("display_data")[0]["transient"])

    def test_displays_of_plain_tslab(self):
        ran = self.ok('import * as tslab from "tslab";\ntslab.display.html("<b>1</b>");\nconst d = tslab.newDisplay();\nd.text("x"); d.text("y")')
        self.assertEqual([c["data"] for c in ran.of_type("display_data")], [{"text/html": "<b>1</b>"}, {"text/plain": "x"}])
        self.assertEqual([c["data"] for c in ran.of_type("update_display_data")], [{"text/plain": "y"}])

    def test_output_after_the_end_stays_in_its_cell(self):
        ran = self.ok('setTimeout(() => console.log("late"), 200); 1')
        other = self.ok("await new Promise((done) => setTimeout(done, 400)); 2")
        self.assertEqual(other.text(), "")
        [late] = self.late(lambda m: m["msg_type"] == "stream")
        self.assertEqual((late["content"]["text"], late["parent_header"]["msg_id"]), ("late\n", ran.id))

    def test_process_exit_does_not_end_the_kernel(self):
        self.ok("const kept = 1")
        for code in ["process.exit(0)", "process.abort()", "process.kill(process.pid)"]:
            with self.subTest(code):
                self.assertIn("would end the kernel", self.fails(code).reply["content"]["evalue"])
        self.assertEqual(self.ok("kept").result, "1")


class LargeOutputTests(KernelCase):
    """With the limit as it is: 10 MB."""

    def cut(self, code):
        ran = self.ok(code)
        self.assertEqual(len(ran.text()), 10_000_000)
        self.assertEqual(ran.text("stderr").count("output cut: this cell has printed more than 10 MB"), 1)
        self.assertEqual(self.ok("kept.answer").result, "42")
        self.assertEqual(self.ok('console.log("next")').text(), "next\n")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prepare("const kept = { answer: 42 }")

    def test_a_hundred_megabytes_in_lines(self):
        self.cut('for (let i = 0; i < 1_000_000; i++) console.log("x".repeat(99))')

    def test_a_hundred_megabytes_at_once(self):
        self.cut('process.stdout.write("x".repeat(100_000_000))')

    def test_a_hundred_megabytes_from_an_awaiting_loop(self):
        self.cut('for (let i = 0; i < 100; i++) { console.log("x".repeat(999_999)); await new Promise(setImmediate) }')


class LimitTests(KernelCase):
    env = {"GENERATIVE_OUTPUT_LIMIT": "0.001"}

    def test_both_streams_count_and_each_cell_has_its_own_allowance(self):
        for _ in range(2):
            ran = self.ok('console.error("e".repeat(599)); console.log("x".repeat(599))')
            self.assertEqual(ran.text().rstrip("\n"), "x" * 400)
            self.assertIn("more than 0.001 MB", ran.text("stderr"))

    def test_exactly_the_limit_is_not_cut(self):
        ran = self.ok('process.stdout.write("x".repeat(1000))')
        self.assertEqual((ran.text(), ran.text("stderr")), ("x" * 1000, ""))

    def test_results_and_errors_are_still_shown(self):
        self.assertEqual(self.ok('console.log("x".repeat(5000));\n1 + 1').result, "2")
        self.assertIn("on purpose", self.fails('console.log("x".repeat(5000));\nthrow new Error("on purpose")').traceback)
