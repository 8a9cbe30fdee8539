"""Kernel → Restart, and what remains of a kernel that was told to go: nothing."""

import os
import time

from kernel_case import PATIENCE, KernelCase


class RestartTests(KernelCase):
    def restart(self):
        before = self.pid()
        self.manager.restart_kernel(now=False)
        self.client.wait_for_ready(timeout=PATIENCE)
        after = self.pid()
        self.assertNotEqual(before, after)
        self.assert_gone(before)

    def pid(self):
        return self.manager.provisioner.pid

    def assert_gone(self, pid):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.05)
        self.fail(f"process {pid} still runs")

    def test_variables_are_gone_and_counting_starts_again(self):
        self.ok("const answer = 42")
        self.restart()
        ran = self.fails("answer")
        self.assertIn("Cannot find name 'answer'", ran.traceback)
        self.assertEqual(ran.reply["content"]["execution_count"], 1)
        self.ok("const answer = 43")
        self.assertEqual(self.ok("answer").result, "43")

    def test_in_the_midst_of_an_endless_loop(self):
        running = self.send("while (true) {}")
        self.await_start(running)
        self.restart()
        self.unread.clear()
        self.assertEqual(self.ok("1 + 1").result, "2")

    def test_with_timers_that_never_end(self):
        self.ok("setInterval(() => {}, 10)")
        self.restart()
        self.assertEqual(self.ok("1 + 1").result, "2")

    def test_several_times(self):
        for _ in range(3):
            self.restart()
            self.assertEqual(self.ok('import { Random } from "@actl/generative";\nnew Random(0) instanceof Random').result, "true")
