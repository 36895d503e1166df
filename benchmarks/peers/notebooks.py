"""nbgrader and otter-grader as their documentation has them: a hand-in is a notebook, run in a kernel of its own.

nbgrader: `nbgrader autograde` over all hand-ins in one call, one after the other, with its own time-out for a cell.
otter: `otter run`, which is `otter grade` without Docker, a call a hand-in. otter has no time-out for one test (its
issue 469 says to wrap calls): an alarm does it here.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from pathlib import Path

import nbformat
from nbformat import v4
from peers.hand_ins import GIVEN, HandIn, give
from peers.usage import Ended, Usage, activated, measured

METADATA = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
START = "import sys\nimport demands\nsubmission = sys.modules['__main__']"

# The time-out is a demand's; torch's import, which comes first, may take longer on a busy machine.
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "gradlings"
c.Execute.timeout_func = lambda cell: 120 if "import demands" in cell.source else {seconds}
"""

SCORES = """
SELECT grade.auto_score FROM grade
JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id
JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id
WHERE submitted_assignment.student_id = ?
"""


def cell(text: str, name: str, *, solution: bool) -> nbformat.NotebookNode:
    """With what nbgrader notes of it: the learner's own, or a test that is worth a point."""
    noted = {"schema_version": 3, "cell_type": "code", "grade_id": name, "locked": not solution, "task": False}
    noted |= {"solution": solution, "grade": not solution} | ({} if solution else {"points": 1})
    return v4.new_code_cell(text, id=name.replace("_", "-"), metadata={"nbgrader": noted})


class Nbgrader:
    """A course with one assignment."""

    name = "nbgrader"

    def __init__(self, folder: Path, python: Path, exercises: list[str], seconds: int) -> None:
        self.folder, self.environment = folder, activated(python)
        self.command = python.parent / "nbgrader"
        self.source = folder / "source" / "lecture5"
        self.source.mkdir(parents=True)
        give(self.source, exercises, seconds)
        names = subprocess.run([python, self.source / "demands.py"], check=True, capture_output=True, text=True)
        self.demands: dict[str, list[str]] = json.loads(names.stdout)
        stub = dict.fromkeys(exercises, "raise NotImplementedError")
        nbformat.write(self.notebook(stub), self.source / "lecture5.ipynb")
        (folder / "nbgrader_config.py").write_text(CONFIG.format(seconds=seconds))
        self.call("generate_assignment")
        self.grade([HandIn("first", "wrong", stub)])  # makes what a first call makes
        self.start = self.call("autograde").cpu  # finds that one graded

    def call(self, verb: str) -> Usage:
        """Run a command of nbgrader's."""
        command = [self.command, verb, "lecture5"]
        return measured(command, self.folder, self.folder / "log.txt", self.environment).usage

    def notebook(self, texts: dict[str, str]) -> nbformat.NotebookNode:
        """Each exercise's cell, and a cell for each of its demands."""
        cells = [v4.new_code_cell(START, id="start")]
        for exercise, text in texts.items():
            cells.append(cell(text, exercise, solution=True))
            calls = {name: f"demands.{name}(submission, demands.generator())" for name in self.demands[exercise]}
            cells.extend(cell(call, name, solution=False) for name, call in calls.items())
        return v4.new_notebook(cells=cells, metadata=METADATA)

    def grade(self, hand_ins: list[HandIn]) -> Usage:
        """One call for all."""
        shutil.rmtree(self.folder / "submitted", ignore_errors=True)  # what failed would be tried again
        for hand_in in hand_ins:
            submitted = self.folder / "submitted" / hand_in.name / "lecture5"
            submitted.mkdir(parents=True)
            nbformat.write(self.notebook(hand_in.texts), submitted / "lecture5.ipynb")
            shutil.rmtree(self.folder / "autograded" / hand_in.name, ignore_errors=True)
        return self.call("autograde")

    def verdicts(self, hand_in: HandIn) -> list[bool]:
        """Whether each demand's cell scored; none where nbgrader gave the notebook up."""
        if not (self.folder / "autograded" / hand_in.name).exists():
            return []
        with sqlite3.connect(self.folder / "gradebook.db") as book:
            return [score == 1 for (score,) in book.execute(SCORES, (hand_in.name,)) if score is not None]


class Otter:
    """An autograder.zip, and a notebook for each hand-in."""

    name = "otter-grader"
    start = 0.0

    def __init__(self, folder: Path, python: Path, exercises: list[str], seconds: int) -> None:
        self.folder, self.command, self.environment = folder, python.parent / "otter", activated(python)
        (folder / "tests").mkdir(parents=True)
        give(folder, exercises, seconds)
        shutil.copy(GIVEN / "otter_tests.py", folder / "tests" / "lecture5.py")
        ended = self.call("generate", "-t", "tests", "-o", "autograder.zip", "demands.py", "settings.json")
        if ended.code != 0:
            raise SystemExit(f"otter generate failed:\n{(folder / 'log.txt').read_text()}")

    def call(self, *words: str | Path) -> Ended:
        """Run a command of otter's."""
        return measured([self.command, *words], self.folder, self.folder / "log.txt", self.environment)

    def grade(self, hand_ins: list[HandIn]) -> Usage:
        """A call each."""
        total = Usage()
        for hand_in in hand_ins:
            results = self.folder / hand_in.name
            shutil.rmtree(results, ignore_errors=True)
            results.mkdir()
            cells = [v4.new_code_cell(text, id=name.replace("_", "-")) for name, text in hand_in.texts.items()]
            nbformat.write(v4.new_notebook(cells=cells, metadata=METADATA), results / "lecture5.ipynb")
            words = ["run", "-a", "autograder.zip", "-o", results, "--no-logo", results / "lecture5.ipynb"]
            total = total.plus(self.call(*words).usage)
        return total

    def verdicts(self, hand_in: HandIn) -> list[bool]:
        """How many cases passed and how many did not; none where there is no result."""
        try:
            report = json.loads((self.folder / hand_in.name / "results.json").read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return []
        tests = [test for test in report["tests"] if test.get("max_score")]
        passed, most = (int(sum(test[key] for test in tests)) for key in ("score", "max_score"))
        return [i < passed for i in range(most)]
