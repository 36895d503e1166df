"""Whatever a worker answers: every check has a verdict, no lie that holds together passes, no fault is the grader's.

In CI each exercise meets one of the lies, in turn; ``-m slow`` tells it all of them.
"""

from __future__ import annotations

import pytest
from leftovers import ROOT
from liars import CONSISTENT, LIES, Liar

from grader.checks import marks
from grader.course import find_course, read_submission
from grader.reports.model import Verdict
from grader.session.grading import GradingSession, Options

SEED = 5
EXERCISES = find_course(ROOT).exercises
PAIRS = [
    pytest.param(exercise, lie, id=f"{exercise.id}-{lie}", marks=[] if (i + j) % len(LIES) == 0 else pytest.mark.slow)
    for i, exercise in enumerate(EXERCISES)
    for j, lie in enumerate(LIES)
]


@pytest.fixture(scope="module")
def whole_course():
    """A session for every exercise, and the solutions."""
    course = find_course(ROOT)
    with GradingSession(course, course.exercises, Options(alone=True, examples=6)) as session:
        yield session, read_submission(course.root / "solutions", course)


@pytest.mark.parametrize(("exercise", "lie"), PAIRS)
def test_a_lie_is_no_answer(whole_course, exercise, lie):
    session, solutions = whole_course
    session.select = lambda _, __, function: not marks.is_training(function)
    session.wrap = lambda check, peer: Liar(peer, LIES[lie], check, 1.0 if lie in CONSISTENT else 0.5)
    try:
        report = session.grade([exercise], solutions, SEED)
    finally:
        session.wrap = session.select = None
    checks = report.exercises[0].checks
    assert report.faults == ()
    assert Verdict.GRADER_FAULT not in {check.verdict for check in checks}
    passed = {check.name for check in checks if check.verdict is Verdict.PASSED}
    if lie in CONSISTENT:
        assert passed & session.numeric[exercise.id] == set()
