"""`list` prints the tests of a module as JSON; `run` runs them and prints what came of each, one JSON object a line."""

import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))


def flatten(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from flatten(test)
        else:
            yield test


def name_of(test):
    return ".".join(test.id().split(".")[-2:])


class Report(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.problems = {}

    def say(self, name, outcome, detail=""):
        print(json.dumps({"name": name, "outcome": outcome, "detail": detail}), flush=True)

    def note(self, test, err):
        self.problems.setdefault(name_of(test), []).append(self._exc_info_to_string(err, test))

    def addFailure(self, test, err):
        self.note(test, err)

    def addError(self, test, err):
        if isinstance(test, unittest.suite._ErrorHolder):  # setUpClass failed: no test of the class ran.
            self.say(test.id(), "failed", self._exc_info_to_string(err, test))
        else:
            self.note(test, err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.note(test, err)

    def addSkip(self, test, reason):
        self.problems.pop(name_of(test), None)
        self.say(name_of(test), "skipped", reason)
        self.skipped.append((test, reason))

    def stopTest(self, test):
        if any(test is skipped for skipped, _ in self.skipped):
            return
        problems = self.problems.get(name_of(test), [])
        self.say(name_of(test), "failed" if problems else "passed", "\n".join(problems))


def main(command, module):
    suite = unittest.defaultTestLoader.loadTestsFromName(module)
    if command == "list":
        print(json.dumps([name_of(test) for test in flatten(suite)]))
    else:
        suite.run(Report())


main(*sys.argv[1:])
