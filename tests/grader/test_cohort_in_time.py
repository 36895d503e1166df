"""Of a clone what had been committed when something was due is graded beside what it is now."""

import os
import subprocess

import pytest
from small_course import make_course

from grader.cohort.contents import read_hand_in
from grader.cohort.hand_ins import find_hand_ins
from grader.cohort.in_time import in_time
from grader.cohort.policies import read_policies

POLICIES = """
zone = "Europe/Berlin"
grace = 10
[units.day1]
due = 2026-11-02T12:00:00
[[extensions]]
learner = "cem"
days = 2
"""


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "course")


def commit(folder, text, time):
    (folder / "day1").mkdir(parents=True, exist_ok=True)
    (folder / "day1/alone.py").write_text(text)
    environment = {
        **os.environ, "GIT_AUTHOR_DATE": time, "GIT_COMMITTER_DATE": time, "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
    }  # fmt: skip
    who = ["-c", "user.name=x", "-c", "user.email=x@x.org"]
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "work"]):
        subprocess.run(["git", *words], cwd=folder, env=environment, check=True)


def test_each_learner_has_what_was_there_when_it_was_due_for_them(course, tmp_path):
    for name in ("ada", "bob", "cem"):
        commit(tmp_path / f"in/{name}", "first = 1", "2026-11-01T10:00:00+0100")
    commit(tmp_path / "in/ada", "in_grace = 1", "2026-11-02T12:05:00+0100")
    for name in ("ada", "cem"):
        commit(tmp_path / f"in/{name}", "next_day = 1", "2026-11-03T10:00:00+0100")
    (tmp_path / "cohort.toml").write_text(POLICIES)
    found = find_hand_ins([tmp_path / "in"], course=course)
    assert len(found) == 3
    policies = read_policies(tmp_path / "cohort.toml", course)
    told = {}
    for hand_in in in_time(found, policies, ["day1"]):
        content = read_hand_in(hand_in, course, {"day1.alone"})
        who = hand_in.source.rpartition("/")[2]
        told.setdefault(who, []).append((hand_in.attempt, content.submission.files["day1.alone"].text.strip()))
    assert told == {
        "ada": [(1, "in_grace = 1"), (2, "next_day = 1")],
        "bob": [(1, "first = 1")],
        "cem": [(1, "next_day = 1")],  # two days more: what it is now is in time
    }


def test_what_began_after_it_was_due_is_late_and_no_fault(course, tmp_path):
    commit(tmp_path / "in/dea", "late = 1", "2026-11-05T10:00:00+0100")
    (tmp_path / "cohort.toml").write_text(POLICIES.partition("[[")[0])
    policies = read_policies(tmp_path / "cohort.toml", course)
    (hand_in,) = in_time(find_hand_ins([tmp_path / "in"], course=course), policies, ["day1"])
    assert not hand_in.fault
    assert hand_in.time == "2026-11-05T09:00:00Z"
