"""check50 as its documentation has it for an instructor: `check50 --dev CHECKS` in the folder of a hand-in.

Checks are functions with `@check50.check(dependency, timeout=…)`, and run in a pool of processes of one call. A hand-in
that ends its process breaks the pool, and every result with it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from peers.hand_ins import GIVEN, HandIn, give
from peers.usage import Usage, activated, measured


class Check50:
    """A folder of checks, and one for each hand-in."""

    name = "check50"
    start = 0.0

    def __init__(self, folder: Path, python: Path, exercises: list[str], seconds: int) -> None:
        self.folder, self.environment = folder, activated(python)
        checks = folder / "checks"
        checks.mkdir(parents=True)
        give(checks, exercises, seconds)
        shutil.copy(GIVEN / "check50_checks.py", checks / "__init__.py")
        (checks / ".cs50.yaml").write_text("check50:\n  checks: __init__.py\n")
        self.command = [python.parent / "check50", "--dev", checks, "-o", "json", "--output-file"]

    def grade(self, hand_ins: list[HandIn]) -> Usage:
        """A call each; its checks run two at a time on two cores."""
        total = Usage()
        for hand_in in hand_ins:
            submission = self.folder / hand_in.name
            submission.mkdir(exist_ok=True)
            for exercise, text in hand_in.texts.items():
                (submission / f"{exercise}.py").write_text(text)
            command = [*self.command, self.folder / f"{hand_in.name}.json"]
            ended = measured(command, submission, self.folder / "log.txt", self.environment)
            total = total.plus(ended.usage)
        return total

    def verdicts(self, hand_in: HandIn) -> list[bool]:
        """Whether each check passed; none where there is no result."""
        try:
            report = json.loads((self.folder / f"{hand_in.name}.json").read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return []
        return [check["passed"] is True for check in report.get("results", [])]
