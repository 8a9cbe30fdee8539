"""A kernel and the questions the tests ask it, over the official client."""

import queue
import re
import time
import unittest
from dataclasses import dataclass, field

from jupyter_client.manager import KernelManager

PATIENCE = 60
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Ran:
    """What one cell came to: its reply and everything published under its name."""

    id: str
    reply: dict
    messages: list = field(default_factory=list)

    @property
    def status(self):
        return self.reply["content"]["status"]

    def of_type(self, kind):
        return [m["content"] for m in self.messages if m["msg_type"] == kind]

    def text(self, name="stdout"):
        return "".join(c["text"] for c in self.of_type("stream") if c["name"] == name)

    @property
    def result(self):
        results = self.of_type("execute_result")
        return results[0]["data"]["text/plain"] if results else None

    @property
    def traceback(self):
        errors = self.of_type("error")
        return ANSI.sub("", "\n".join(errors[0]["traceback"])) if errors else ""


class KernelCase(unittest.TestCase):
    """One kernel for all tests of a class, started in `folder` (the folder of its notebook)."""

    folder = None
    env = {}

    @classmethod
    def setUpClass(cls):
        import os

        cls.manager = KernelManager(kernel_name="tslab")
        cls.manager.start_kernel(cwd=cls.folder, env={**os.environ, **cls.env})
        cls.client = cls.manager.client()
        cls.client.start_channels()
        cls.client.wait_for_ready(timeout=PATIENCE)

    @classmethod
    def tearDownClass(cls):
        cls.client.stop_channels()
        cls.manager.shutdown_kernel(now=True)

    def send(self, code, **options):
        return self.client.execute(code, allow_stdin=False, **options)

    def collect(self, message_id, timeout=PATIENCE):
        """Waits for the reply and for `idle`; messages of other cells are put by, see `late`."""
        messages = []
        self.strangers = []
        deadline = time.monotonic() + timeout
        while True:
            message = self.client.get_iopub_msg(timeout=deadline - time.monotonic())
            if message["parent_header"].get("msg_id") != message_id:
                self.strangers.append(message)
                continue
            messages.append(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
        while True:
            reply = self.client.get_shell_msg(timeout=max(1, deadline - time.monotonic()))
            if reply["parent_header"].get("msg_id") == message_id:
                return Ran(message_id, reply, messages)

    def run_cell(self, code, timeout=PATIENCE, **options):
        return self.collect(self.send(code, **options), timeout)

    def ok(self, code, **options):
        """Runs a cell that must succeed."""
        ran = self.run_cell(code, **options)
        self.assertEqual(ran.status, "ok", ran.traceback)
        return ran

    def fails(self, code, **options):
        """Runs a cell that must fail."""
        ran = self.run_cell(code, **options)
        self.assertEqual(ran.status, "error")
        return ran

    def late(self, seconds=2.0, enough=lambda messages: False):
        """Messages that arrive while nothing runs, with the id of the cell they belong to."""
        found = []
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not enough(found):
            try:
                found.append(self.client.get_iopub_msg(timeout=0.1))
            except queue.Empty:
                pass
        return found

    def ask(self, send):
        """Sends a request on the shell channel and returns its reply's content."""
        message_id = send()
        while True:
            reply = self.client.get_shell_msg(timeout=PATIENCE)
            if reply["parent_header"].get("msg_id") == message_id:
                return reply["content"]

    def interrupt_after(self, message_id, seconds):
        """Lets a cell run for a while, presses ■ and returns what came of it and how long it took to stop."""
        time.sleep(seconds)
        start = time.monotonic()
        self.manager.interrupt_kernel()
        ran = self.collect(message_id)
        return ran, time.monotonic() - start
