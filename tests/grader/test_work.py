"""The CPU time of the trusted process: what takes longer ends, and is told."""

from __future__ import annotations

import signal
import threading
import time

import pytest
from sandboxed import solutions_with

from grader.reports.model import Verdict
from grader.session import exercise_run
from grader.session.work import TooMuchWork, at_most


@pytest.fixture(params=["by a signal", "by a thread"], autouse=True)
def clock(request, monkeypatch):
    """The two ways to end a body: Windows has no such signal."""
    if request.param == "by a thread":
        monkeypatch.delattr(signal, "setitimer")


def busy(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_a_body_that_works_too_long_is_ended():
    started = time.process_time()
    with pytest.raises(TooMuchWork), at_most(0.05):
        busy(20)
    assert time.process_time() - started < 2


def test_waiting_is_no_work_and_nothing_is_left_of_the_clock():
    with at_most(0.05):
        time.sleep(0.2)
    busy(0.3)
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)


def test_an_end_that_is_swallowed_comes_again():
    swallowed = 0
    with pytest.raises(TooMuchWork), at_most(0.05):
        try:
            busy(20)
        except TooMuchWork:
            swallowed += 1
        busy(20)
    assert swallowed == 1


def test_one_inside_another_leaves_the_outer_in_force_or_ends_it():
    with pytest.raises(TooMuchWork), at_most(0.2):
        busy(20)
    with at_most(10):
        busy(0.05)


def test_another_thread_than_the_first_has_no_such_clock():
    done = []

    def work():
        with at_most(0.01):
            busy(0.1)
        done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


WRONG = """
def cross_entropy_backward(logits, targets):
    return logits * 3
"""


def grade(session, text):
    course = session.course
    run = session.run([course.exercise("lecture5.cross_entropy")], solutions_with(course, cross_entropy=text), 3)
    return run.report.exercises[0], run


def test_a_check_that_takes_too_long_over_an_answer_fails_and_the_next_goes_on(lecture5, monkeypatch):
    monkeypatch.setattr(exercise_run, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr("grader.checks.compare._Comparison.run", lambda *_: busy(20))
    result, run = grade(lecture5, WRONG)
    assert result.checks[0].verdict is Verdict.FAILED
    assert "takes too long" in run.crashes["lecture5.cross_entropy"][result.checks[0].name]  # validation is told
    assert "takes too long to look at" in result.checks[0].failure.headline
    # some take no time at all
    assert {check.verdict for check in result.checks} <= {Verdict.FAILED, Verdict.PASSED, Verdict.BLOCKED}


def test_a_diagnosis_that_takes_too_long_costs_the_cause_and_not_the_verdict(lecture5, monkeypatch):
    monkeypatch.setattr(exercise_run, "JUDGE_SECONDS", 0.05)
    monkeypatch.setattr("grader.session.outcome.diagnose", lambda *_: busy(20))
    result, run = grade(lecture5, WRONG)
    assert result.checks[0].verdict is Verdict.FAILED
    assert result.checks[0].failure.findings == ()
    assert "takes too long" in run.stumbles[0]


def test_a_diagnosis_that_breaks_costs_the_cause_and_not_the_verdict(lecture5, monkeypatch):
    def broken(*_args, **_kwargs):
        raise KeyError("of ours")

    monkeypatch.setattr("grader.session.outcome.diagnose", broken)
    result, run = grade(lecture5, WRONG)
    assert result.checks[0].verdict is Verdict.FAILED
    assert "dlogits" in result.checks[0].failure.headline
    assert "KeyError" in run.stumbles[0]
