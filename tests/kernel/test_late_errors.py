"""A cell may throw after it ended, from a timer or a forgotten promise: it says so in its own cell, and nothing else fails."""

from kernel_case import ANSI, KernelCase


class LateErrorTests(KernelCase):
    def late_error(self, ran):
        [error] = self.late(lambda m: m["msg_type"] == "error")
        self.assertEqual(error["parent_header"]["msg_id"], ran.id)
        content = error["content"]
        return content["ename"], content["evalue"], ANSI.sub("", "\n".join(content["traceback"]))

    def test_timer(self):
        ran = self.ok('1;\nsetTimeout(() => {\n  throw new RangeError("late");\n}, 100);')
        ename, evalue, traceback = self.late_error(ran)
        self.assertEqual((ename, evalue), ("RangeError", "late"))
        self.assertIn(f"Cell [{ran.reply['content']['execution_count']}], line 3, column 9", traceback)

    def test_forgotten_promise(self):
        ran = self.ok('async function save() {\n  await new Promise((done) => setTimeout(done, 100));\n  throw new Error("disk full");\n}\nsave();\n1;')
        _, evalue, traceback = self.late_error(ran)
        self.assertEqual(evalue, "disk full")
        self.assertIn("line 3, column 9", traceback)

    def test_the_cell_that_runs_meanwhile_is_not_blamed(self):
        ran = self.ok('setTimeout(() => { throw new Error("late") }, 150); 1')
        other = self.ok("await new Promise((done) => setTimeout(done, 500)); 2")
        self.assertEqual((other.result, other.of_type("error")), ("2", []))
        self.assertEqual(self.late_error(ran)[1], "late")

    def test_event_emitter(self):
        ran = self.ok('import { EventEmitter } from "node:events";\nconst source = new EventEmitter();\nsetTimeout(() => source.emit("error", new Error("unheard")), 100); 1')
        self.assertEqual(self.late_error(ran)[1], "unheard")

    def test_while_the_cell_still_runs_it_fails_itself(self):
        ran = self.fails('setTimeout(() => { throw new Error("early") }, 50);\nawait new Promise(() => {})')
        self.assertEqual(ran.reply["content"]["evalue"], "early")

    def test_many(self):
        ran = self.ok('for (let i = 0; i < 5; i++) setTimeout(() => { throw new Error(`late ${i}`) }, 100); 1')
        errors = self.late(lambda m: m["msg_type"] == "error", count=5)
        self.assertEqual([m["content"]["evalue"] for m in errors], [f"late {i}" for i in range(5)])
        self.assertEqual({m["parent_header"]["msg_id"] for m in errors}, {ran.id})
        self.assertEqual(self.ok("1 + 1").result, "2")
