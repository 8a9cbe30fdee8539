"""A kernel and the questions the tests ask it, over the official client."""

import os
import queue
import re
import time
import unittest
from dataclasses import dataclass, field

from jupyter_client.manager import KernelManager

PATIENCE = 60
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def is_of(message, message_id):
    return message["parent_header"].get("msg_id") == message_id


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
        cls.unread = []
        cls.manager = KernelManager(kernel_name="tslab")
        cls.manager.start_kernel(cwd=cls.folder, env={**os.environ, **cls.env})
        cls.client = cls.manager.client()
        cls.client.start_channels()
        cls.client.wait_for_ready(timeout=PATIENCE)

    @classmethod
    def tearDownClass(cls):
        cls.client.stop_channels()
        cls.manager.shutdown_kernel(now=True)

    @classmethod
    def prepare(cls, code):
        """Runs a cell that all tests of the class build upon."""
        case = cls()
        case.setUp()
        case.ok(code)

    def setUp(self):
        self.strangers = []

    def send(self, code, **options):
        return self.client.execute(code, allow_stdin=False, **options)

    def collect(self, message_id, timeout=PATIENCE):
        """Waits for the reply and for `idle`; messages of other cells are put by, see `late`."""
        messages = []
        deadline = time.monotonic() + timeout
        while not messages or messages[-1]["content"].get("execution_state") != "idle":
            message = self.unread.pop(0) if self.unread else self.receive(self.client.get_iopub_msg, deadline)
            (messages if is_of(message, message_id) else self.strangers).append(message)
        return Ran(message_id, self.reply_to(message_id, deadline), messages)

    def reply_to(self, message_id, deadline):
        while True:
            reply = self.receive(self.client.get_shell_msg, deadline)
            if is_of(reply, message_id):
                return reply

    def receive(self, get, deadline):
        """The next message; a kernel that died fails the test at once, a silent one at the deadline."""
        while True:
            try:
                return get(timeout=0.5)
            except queue.Empty:
                self.assertTrue(self.manager.is_alive(), "the kernel died")
                self.assertLess(time.monotonic(), deadline, "the kernel does not answer")

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

    def await_message(self, message_id, wanted):
        """Waits until a running cell has published a certain message; all that came is kept for `collect`."""
        deadline = time.monotonic() + PATIENCE
        while not any(is_of(m, message_id) and wanted(m) for m in self.unread):
            message = self.receive(self.client.get_iopub_msg, deadline)
            self.unread.append(message)
            if is_of(message, message_id):
                self.assertNotEqual(message["msg_type"], "error", message["content"])

    def await_start(self, message_id):
        self.await_message(message_id, lambda m: m["msg_type"] == "execute_input")

    def late(self, wanted, count=1):
        """Messages of ended cells: those that came among another cell's, and those still to come, until `count` fit."""
        deadline = time.monotonic() + PATIENCE
        while len(found := [m for m in self.strangers if wanted(m)]) < count:
            self.strangers.append(self.receive(self.client.get_iopub_msg, deadline))
        return found

    def ask(self, send):
        """Sends a request on the shell channel and returns its reply's content."""
        return self.reply_to(send(), time.monotonic() + PATIENCE)["content"]

    def interrupt_after(self, message_id, seconds):
        """Lets a cell run for a while, presses ■ and returns what came of it."""
        self.await_start(message_id)
        time.sleep(seconds)
        self.manager.interrupt_kernel()
        return self.collect(message_id)
