"""gradescope-utils as Gradescope has it: `run_autograder` copies a hand-in beside the tests and runs them.

One process a hand-in, and `JSONTestRunner` over `unittest`. Neither the package nor the platform has a time-out for one
test; the documentation recommends that tests bring their own, which is done here with an alarm. A hand-in that ends the
process leaves no `results.json`: on the platform "the autograder failed to execute correctly".
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from peers.hand_ins import GIVEN, HandIn, give
from peers.usage import Usage, measured


class Gradescope:
    """A folder laid out as /autograder is, whose submission changes."""

    name = "gradescope-utils"
    start = 0.0

    def __init__(self, folder: Path, python: Path, exercises: list[str], seconds: int) -> None:
        self.folder, self.python, self.source = folder, python, folder / "source"
        (self.source / "tests").mkdir(parents=True)
        (folder / "results").mkdir()
        give(self.source, exercises, seconds)
        shutil.copy(GIVEN / "gradescope_tests.py", self.source / "tests" / "test_lecture5.py")
        shutil.copy(GIVEN / "gradescope_run.py", self.source / "run_tests.py")

    def grade(self, hand_ins: list[HandIn]) -> Usage:
        """What the platform does with each."""
        total, results = Usage(), self.folder / "results" / "results.json"
        for hand_in in hand_ins:
            for exercise, text in hand_in.texts.items():
                (self.source / f"{exercise}.py").write_text(text)
            results.unlink(missing_ok=True)
            ended = measured([self.python, "run_tests.py"], self.source, self.folder / "log.txt")
            total = total.plus(ended.usage)
            if results.exists():
                results.rename(results.with_name(f"{hand_in.name}.json"))
        return total

    def verdicts(self, hand_in: HandIn) -> list[bool]:
        """Whether each test passed; none where there is no result."""
        try:
            tests = json.loads((self.folder / "results" / f"{hand_in.name}.json").read_text())["tests"]
        except (FileNotFoundError, json.JSONDecodeError):
            return []
        return [test["status"] == "passed" for test in tests]
