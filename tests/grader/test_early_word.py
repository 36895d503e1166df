"""What a run says before it has ended, of a call without end."""

from __future__ import annotations

import subprocess

import pytest
from learner import GRADE, Learner

ENDLESS = "def {name}(x):\n    while x is not None: pass\n"


@pytest.mark.slow  # two time-outs
def test_a_loop_is_told_before_it_is_waited_for_again(tmp_path):
    learner = Learner(tmp_path)
    learner.write("first", ENDLESS)
    command = [*GRADE, "day1.first", "--course", str(learner.course.root)]
    done = subprocess.run(command, cwd=learner.here, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 1
    early, report = done.stdout.split("day1 · ", 1)
    assert "day1.first, so far; other inputs are still waited for:" in early
    for told in (early, report):
        assert "No answer within 6 s in first(x)" in told
        assert "exercises/day1/first.py:2" in told
        assert "while x is not None: pass" in told


@pytest.mark.slow
def test_nothing_is_said_where_others_read_the_report(tmp_path):
    learner = Learner(tmp_path)
    learner.write("first", ENDLESS)
    _, said = learner("day1.first", "--format", "json", code=1)
    assert "so far" not in said
