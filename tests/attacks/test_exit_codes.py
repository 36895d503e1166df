"""The exit code says whose fault it is: 1 is for a submission that failed, and for nothing that fails around it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys

import pytest
from leftovers import ROOT

GRADE = shlex.join([sys.executable, "-c", "from grader.cli.main import main; main()"])
RIGHT = f"day3.softmax --submission {shlex.quote(str(ROOT / 'solutions'))} --seed 7"  # NumPy alone: it starts quickly
WITH_TORCH = RIGHT.replace("day3.softmax", "lecture5.cross_entropy")  # it takes more
POINTS = "10/10 points"


def shell(command, cwd, **environment):
    """Run a line of bash in a folder; ``grade`` in it is the grader."""
    line = f'set -o pipefail; grade() {{ {GRADE} "$@"; }}; {command}'
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(["bash", "-c", line], cwd=cwd, env=env, capture_output=True, text=True, timeout=120)


# What is done with a right submission -> the exit code, what is said of it.
SURROUNDINGS = {
    "stdout is full": (f"grade {RIGHT} > /dev/full", 3, "Standard output cannot be written"),
    "stdout is full, as JSON": (f"grade {RIGHT} --format json > /dev/full", 3, "Standard output cannot be written"),
    "stdout and stderr are full": (f"grade {RIGHT} > /dev/full 2> /dev/full", 3, ""),
    "stdout is closed": (f"grade {RIGHT} >&-", 3, "it is closed"),
    "everything is closed": (f"grade {RIGHT} <&- >&- 2>&-", 3, ""),
    "stdin is closed": (f"grade {RIGHT} <&-", 0, ""),
    "the reader goes": (f"grade {RIGHT} | true", 0, ""),
    "a list whose reader goes": ("grade list | true", 3, ""),
    "a list to a full device": ("grade list > /dev/full", 3, "No space left"),
    "an output that cannot be": (f"grade {RIGHT} --format junit --output /proc/x/y.xml", 3, "/proc/x/y.xml cannot be"),
    "a page that cannot be": (f"grade {RIGHT} --report /proc/x.html", 3, "/proc/x.html cannot be written"),
    "an output that is full": (f"grade {RIGHT} --format json --output /dev/full", 3, "/dev/full cannot be written"),
    "an output that nobody reads": (f"mkfifo f && grade {RIGHT} --format json --output f", 3, "f cannot be written"),
    "a folder that is gone": (f"mkdir g && cd g && rmdir ../g && grade {RIGHT}", 3, "The current folder is gone"),
    "files may not grow": (f"ulimit -f 8; grade {RIGHT}", 3, ""),
    "few descriptors": (f"ulimit -n 8; grade {RIGHT}", 3, ""),
    "little memory": (f"ulimit -v 400000; grade {WITH_TORCH}", 3, ""),
    ".grade is a file": (f"touch .grade; grade {RIGHT}", 0, "No report is kept"),
}


@pytest.mark.parametrize("what", SURROUNDINGS)
def test_what_fails_around_a_right_submission_does_not_fail_it(tmp_path, what):
    command, code, said = SURROUNDINGS[what]
    done = shell(command, tmp_path)
    assert done.returncode == code, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr + done.stdout
    assert said in done.stderr
    if code == 3 and "2>" not in command and "list" not in command and "| true" not in command:
        assert done.stderr.startswith("Error: ") or "The grader failed" in done.stdout, "a sentence"


@pytest.mark.parametrize(
    "what", ["stdout is full", "an output that is full", "stdout is closed", "everything is closed"]
)
def test_the_verdicts_that_were_reached_are_kept(tmp_path, what):
    shell(SURROUNDINGS[what][0], tmp_path)
    shown = shell("grade show", tmp_path)
    assert shown.returncode == 0
    assert POINTS in shown.stdout


def test_an_output_that_cannot_be_written_leaves_the_verdicts_on_the_terminal(tmp_path):
    done = shell(SURROUNDINGS["an output that cannot be"][0], tmp_path)
    assert POINTS in done.stdout


def test_an_output_replaces_a_link_and_leaves_what_it_points_to(tmp_path):
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "report.json").symlink_to("precious")
    done = shell(f"grade {RIGHT} --format json --output report.json", tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "precious").read_text() == "mine"
    assert not (tmp_path / "report.json").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".grade", "precious", "report.json"]


def test_an_exception_that_nobody_expected_is_a_sentence_and_on_demand_a_traceback(tmp_path):
    broken = [
        "import grader.cli.list_course as command, grader.cli.main as main",
        "command.list_course.callback = lambda **_: [][1]",
        "main.main(['list', *__import__('sys').argv[1:]])",
    ]
    runs = [
        subprocess.run([sys.executable, "-c", "\n".join(broken), *more], cwd=ROOT, capture_output=True, text=True)
        for more in ([], ["--traceback"])
    ]
    assert [run.returncode for run in runs] == [3, 3]
    assert runs[0].stderr.count("\n") == 1
    assert "IndexError" in runs[0].stderr
    assert "no verdict on the submission" in runs[0].stderr
    assert "Traceback (most recent call last)" in runs[1].stderr
