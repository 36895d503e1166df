"""A fault of the sandbox, at whatever moment it comes, is no verdict on the submission."""

from __future__ import annotations

import os
import signal

import pytest
from leftovers import ROOT, zygotes

from grader.course import find_course, read_submission
from grader.errors import GraderError
from grader.reports.model import Verdict
from grader.session.grading import Session
from grader.session.options import Hooks, RunOptions

NAME = "lecture5.cross_entropy"


@pytest.fixture
def session():
    course = find_course(ROOT)
    with Session(course, [course.exercise(NAME)], RunOptions(alone=True)) as session:
        yield session


class Breaking:
    """A peer whose sandbox does something to itself before one of its answers."""

    def __init__(self, peer, number, break_it):
        self.peer, self.left, self.break_it = peer, number, break_it

    def exchange(self, *request):
        self.left -= 1
        if self.left == 0:
            self.break_it()
        return self.peer.exchange(*request)


def run(session, number, break_it):
    """Grade what is right; in the first check, which searches, the sandbox breaks at the request of this number."""
    course, broken = session.course, []

    def wrap(_, peer):
        if broken:
            return peer
        broken.append(True)
        return Breaking(peer, number, break_it)

    solutions = read_submission(course.root / "solutions", course)
    return session.grade([course.exercise(NAME)], solutions, 7, hooks=Hooks(wrap=wrap))


@pytest.mark.parametrize("number", [1, 2, 5])
def test_a_zygote_that_is_killed_is_a_fault_and_no_flaky_answer(session, number):
    def kill():
        for zygote in zygotes(session):
            os.killpg(zygote.process.pid, signal.SIGKILL)
            zygote.process.wait()

    report = run(session, number, kill)
    verdicts = [check.verdict for check in report.exercises[0].checks]
    assert set(verdicts) == {Verdict.GRADER_FAULT}
    assert report.exit_code == 3
    assert len(report.faults) == len(verdicts)
    assert all("Traceback" not in fault for fault in report.faults)


def test_a_fault_that_comes_once_is_no_flaky_answer(session):
    """Hypothesis tries an input again, and what ended the first try has gone."""

    def fail():
        raise GraderError("The sandbox did not answer.")

    report = run(session, 4, fail)
    verdicts = [check.verdict for check in report.exercises[0].checks]
    assert verdicts[0] is Verdict.GRADER_FAULT
    assert set(verdicts[1:]) == {Verdict.PASSED}
    assert report.exit_code == 3


def test_a_machine_without_descriptors_is_no_flaky_answer(session):
    def fail():
        raise OSError(24, "Too many open files")

    report = run(session, 4, fail)
    verdicts = [check.verdict for check in report.exercises[0].checks]
    assert verdicts[0] is Verdict.GRADER_FAULT
    assert set(verdicts[1:]) == {Verdict.PASSED}
    assert "Too many open files" in report.faults[0]
