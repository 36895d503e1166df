"""`pytest --grade`: names that are unique, checks that are asked for one by one, and what is not started."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from learner import RIGHT, WRONG, Learner
from sandboxed import ROOT

PYTEST = [sys.executable, "-P", "-m", "pytest", "-p", "no:cacheprovider"]


@pytest.fixture(scope="module")
def learner(tmp_path_factory):
    """A folder in which one exercise is right, one wrong, one waits for it, and two are not begun."""
    made = Learner(tmp_path_factory.mktemp("learner"))
    made.write("alone", RIGHT)
    made.write("first", WRONG)
    made.write("second", RIGHT)
    return made


def graded(learner, *words, cwd=None):
    """Exit code, and what pytest says of each check: name -> outcome."""
    asked = [*PYTEST, "--grade-seed=3", f"--course={learner.course.root}", "-rs", "--junit-xml=report.xml", *words]
    done = subprocess.run(asked, cwd=cwd or learner.here, capture_output=True, text=True, timeout=300)
    outcomes = {}
    for case in ET.parse((cwd or learner.here) / "report.xml").iter("testcase"):
        (kind,) = [child.tag for child in case if child.tag in {"failure", "skipped", "error"}] or ["passed"]
        outcomes[f"{case.get('classname')}.{case.get('name')}"] = kind
    return done.returncode, outcomes, done.stdout + done.stderr


def collected(learner, *words):
    asked = [*PYTEST, f"--course={learner.course.root}", "--collect-only", "-q", *words]
    done = subprocess.run(asked, cwd=learner.here, capture_output=True, text=True, timeout=300)
    return [line for line in done.stdout.splitlines() if "::" in line]


def test_names_are_the_learners_files_and_each_is_another(learner):
    names = collected(learner, "--grade=day1")
    assert names == [f"day1/{e.name}.py::test_{what}" for e in learner.course.exercises for what in ("doubles", "zero")]


def test_every_name_of_this_course_is_another(tmp_path):
    asked = [*PYTEST, "--grade=all", f"--submission={ROOT / 'exercises'}", "--collect-only", "-q", "-c", "/dev/null"]
    done = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    names = [line for line in done.stdout.splitlines() if "::" in line]
    assert len(names) > 300, done.stdout + done.stderr
    assert len(set(names)) == len(names)
    assert "lecture5/linear.py::test_matches_autograd" in names


def test_what_is_not_started_is_skipped_and_has_not_passed(learner):
    code, outcomes, said = graded(learner, "--grade=day1.fragile", "--grade=day1.alone")
    assert code == 1
    assert outcomes == {
        "day1.alone.test_doubles": "passed",
        "day1.alone.test_zero": "passed",
        "day1.fragile.test_doubles": "skipped",
        "day1.fragile.test_zero": "skipped",
    }
    assert "day1.fragile: fragile is not written yet" in said
    assert "is skipped and has not passed" in said
    code, _, said = graded(learner, "--grade=day1.alone")
    assert code == 0
    assert "not started" not in said


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["day1/alone.py::test_zero"], {"alone.test_zero": "passed"}),
        (["exercises/day1/alone.py::test_zero"], {"alone.test_zero": "passed"}),
        (["./exercises/day1/alone.py"], {"alone.test_doubles": "passed", "alone.test_zero": "passed"}),
        (["day1/alone.py", "day1/alone.py::test_zero"], {"alone.test_doubles": "passed", "alone.test_zero": "passed"}),
        (
            ["day1/alone.py::test_zero", "day1/first.py::test_doubles"],
            {"alone.test_zero": "passed", "first.test_doubles": "failure"},
        ),
        # what it builds on is graded with it: else nobody knows what is blocked
        (
            ["day1/second.py::test_zero"],
            {"first.test_doubles": "failure", "first.test_zero": "passed", "second.test_zero": "skipped"},
        ),
    ],
)
def test_a_check_is_asked_for_by_its_name(learner, words, expected):
    _, outcomes, said = graded(learner, "--grade=day1", *words)
    assert outcomes == {f"day1.{name}": outcome for name, outcome in expected.items()}, said


def test_every_name_that_is_shown_can_be_asked_for(learner):
    names = collected(learner, "--grade=day1.alone", "--grade=day1.fragile")
    for name in names:
        assert collected(learner, "--grade=day1", name) == [name]


def test_folders_mean_all_that_is_in_them(learner):
    everything = collected(learner, "--grade=day1")
    for folder in (".", "exercises", "exercises/day1", str(learner.here), "day1"):
        assert collected(learner, "--grade=day1", folder) == everything


def test_by_words_of_a_name(learner):
    _, outcomes, _ = graded(learner, "--grade=day1.alone", "-k", "zero")
    assert outcomes == {"day1.alone.test_zero": "passed"}


@pytest.mark.parametrize("word", ["day1/first.py", "day2/alone.py::test_zero", "tests", "/"])
def test_what_names_nothing_is_said(learner, word):
    asked = [*PYTEST, "--grade=day1.alone", f"--course={learner.course.root}", word]
    done = subprocess.run(asked, cwd=learner.here, capture_output=True, text=True, timeout=300)
    if word == "/":  # where everything is
        assert done.returncode == 0
        return
    assert done.returncode == 4
    assert f"{word} names nothing that --grade grades. Name day1/alone.py, or a check of it." in done.stderr
    asked[-1] = "day1/alone.py::test_nothing"
    done = subprocess.run(asked, cwd=learner.here, capture_output=True, text=True, timeout=300)
    assert done.returncode == 4


def test_several_processes_use_the_same_names(learner):
    code, outcomes, said = graded(learner, "--grade=day1.alone", "--grade=day1.fragile", "-n2")
    assert code == 1, said
    assert sorted(outcomes.values()) == ["passed", "passed", "skipped", "skipped"], said
    assert set(outcomes) == {
        f"day1.{name}.test_{what}" for name in ("alone", "fragile") for what in ("doubles", "zero")
    }


def test_pytest_without_grade_is_left_alone(tmp_path):
    (tmp_path / "test_own.py").write_text("import pytest\n\ndef test_it():\n    pytest.skip('later')\n")
    done = subprocess.run([*PYTEST, "test_own.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout
    assert "gradlings: " not in done.stdout
