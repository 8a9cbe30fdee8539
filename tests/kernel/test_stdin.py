"""A notebook cannot ask for input while it runs: it says so instead of waiting for ever."""

from kernel_case import KernelCase


class StdinTests(KernelCase):
    def refused(self, code, **options):
        ran = self.fails(code, **options)
        self.assertEqual(ran.reply["content"]["ename"], "NoInputError", ran.traceback)
        self.assertIn("put the answer in a variable", ran.reply["content"]["evalue"])
        self.assertEqual(self.ok("1 + 1").result, "2")

    def test_reading_a_line(self):
        self.refused('import { createInterface } from "node:readline/promises";\nconst asked = createInterface({ input: process.stdin, output: process.stdout });\nawait asked.question("Your name? ")')

    def test_waiting_for_data(self):
        self.refused('await new Promise((done) => process.stdin.once("data", done))')

    def test_for_await_over_the_input(self):
        self.refused("for await (const line of process.stdin) console.log(line)")

    def test_a_second_time(self):
        for _ in range(2):
            self.refused("for await (const line of process.stdin) console.log(line)")

    def test_prompt_is_explained(self):
        ran = self.fails('const name = prompt("Your name?")')
        self.assertIn("A notebook cannot ask questions", ran.traceback)

    def test_no_input_request_is_sent(self):
        message = self.client.execute("for await (const line of process.stdin) line;", allow_stdin=True)
        self.assertEqual(self.collect(message).reply["content"]["ename"], "NoInputError")
        self.assertFalse(self.client.stdin_channel.msg_ready())
