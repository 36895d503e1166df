"""Whatever a worker answers, each check of the course has a verdict, it is never passed, and the fault never ours."""

from __future__ import annotations

import pytest
from leftovers import ROOT
from liars import LIES, Liar

from grader.course import find_course, read_submission
from grader.reports.model import Verdict
from grader.session.grading import GradingSession, Options

EXERCISES = find_course(ROOT).exercises


@pytest.fixture(scope="module")
def whole_course():
    course = find_course(ROOT)
    with GradingSession(course, course.exercises, Options(alone=True, examples=6)) as session:
        session.solutions = read_submission(course.root / "solutions", course)
        yield session


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_a_lie(whole_course, exercise, lie):
    session = whole_course
    session.select = lambda name, check, function: not getattr(function, "gradlings_training", False)
    session.wrap = lambda check, peer: Liar(
        peer, LIES[lie], f"{check}{lie}", 1.0 if lie in {"zeros", "ones", "nan"} else 0.5
    )
    try:
        report = session.grade([exercise], session.solutions, 5)
        numeric = session.numeric[exercise.id]
    finally:
        session.wrap = session.select = None
    checks = report.exercises[0].checks
    faults = [f"{check.name}: {check.failure.headline}" for check in checks if check.verdict is Verdict.GRADER_FAULT]
    assert not faults, report.faults
    passed = [
        check.name
        for check in checks
        if check.verdict is Verdict.PASSED and (check.name in numeric or lie not in {"zeros", "ones", "nan"})
    ]
    assert not passed or lie.startswith("other"), passed
    if passed:
        print("PASSED UNDER", lie, passed)
