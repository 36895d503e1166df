"""A learner's folder of the small course, and the commands as a learner calls them: new processes."""

from __future__ import annotations

import os
import subprocess
import sys

from small_course import make_course

GRADE = [sys.executable, "-P", "-m", "grader"]
RIGHT = "def {name}(x):\n    return 2.0 * x\n"
WRONG = "def {name}(x):\n    return 3.0 * x\n"


class Learner:
    """A course, and a folder that `grade init` made of it.

    Args:
        root: a folder for both.
    """

    def __init__(self, root):
        self.course = make_course(root / "course")
        (root / "course/exercises/day1/README.md").write_text(
            "# day1\n\nBegin with `alone`.\n\n| exercise | you write |\n| --- | --- |\n| `first` | twice |\n"
        )
        self.here = root / "mine"
        done = run("init", "mine", "--course", str(root / "course"), cwd=root)
        assert done.returncode == 0, done.stderr

    def __call__(self, *words, code=0, columns="100", **environment):
        """Call `grade` in the folder; what it said on both streams, the exit code having been looked at."""
        told = {"COLUMNS": columns, **environment}
        done = run(*words, "--course", str(self.course.root), cwd=self.here, env={**os.environ, **told})
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout, done.stderr

    def file(self, name):
        """Where an exercise's file is."""
        return self.here / f"exercises/day1/{name}.py"

    def write(self, name, body=RIGHT):
        """Fill an exercise in."""
        imports = "from .first import first\n\n" if name == "second" else ""
        self.file(name).write_text(imports + body.format(name=name))


def run(*words, **settings):
    """Call `grade` in a process of its own."""
    return subprocess.run([*GRADE, *words], capture_output=True, text=True, timeout=300, **settings)
