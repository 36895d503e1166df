"""Where a submission stood when its time was over: the worker says it, and no more than a message hangs on it."""

import pytest
from small_course import make_course

from grader.course import read_submission
from grader.reports.model import Verdict
from grader.sandbox.whereabouts import is_whole, taken_out
from grader.session.grading import grade
from grader.session.options import RunOptions

ANSWER = b'Stack (most recent call first):\n  File "day1/f.py", line 3 in inner\n  File "x", line 9 in f\n'


@pytest.fixture
def told(tmp_path):
    """Grade `alone` with a function's body; how its first check ended, within two seconds."""

    def ask(text):
        course = make_course(tmp_path / "course")
        file = tmp_path / "exercises/day1/alone.py"
        file.parent.mkdir(parents=True)
        file.write_text(text)
        submission = read_submission(tmp_path / "exercises", course)
        options = RunOptions(seed=1, alone=True, brief=True, most_seconds={"day1.alone": 2.0})
        report = grade(course, [course.exercise("day1.alone")], submission, options)
        assert report.faults == ()
        return report.exercises[0].checks[0]

    return ask


def places(check):
    return [(frame.line, frame.function, frame.source) for frame in check.failure.traceback]


def test_a_loop_without_end_is_shown_with_its_line_and_its_input(told):
    check = told("def alone(x):\n    return helper(x)\n\n\ndef helper(x):\n    while x == x:\n        pass\n")
    assert check.verdict is Verdict.TIMEOUT
    assert places(check)[0] == (2, "alone", "return helper(x)")
    line, function, source = places(check)[-1]
    assert (line, function) in {(6, "helper"), (7, "helper")} and source in {"while x == x:", "pass"}
    assert check.failure.location == f"{check.failure.traceback[-1].file}:{line}"
    ((name, text),) = [(value.name, value.text) for value in check.failure.counterexample.inputs]
    assert name == "x" and float(text)
    assert "where it was" in check.failure.findings[0].text


@pytest.mark.parametrize(
    "line",
    [
        "sum(range(10**15))",  # never lets go of Python's lock
        "import time; time.sleep(99)",
        "import threading; threading.Event().wait()",
    ],
)
def test_what_waits_or_works_outside_of_python_is_found_too(told, line):
    check = told(f"def alone(x):\n    {line}\n")
    assert check.verdict is Verdict.TIMEOUT
    assert places(check) == [(2, "alone", line)]


def test_what_it_prints_meanwhile_is_kept_apart(told):
    check = told("def alone(x):\n    while True:\n        print('on and on')\n")
    assert check.verdict is Verdict.TIMEOUT
    assert places(check)[-1][0] in {2, 3}
    assert check.failure.output.startswith("on and on\n")
    assert "most recent call first" not in check.failure.output


def test_an_import_without_end_is_shown_with_its_line(told):
    check = told("x = 0\nwhile x == 0:\n    pass\n\ndef alone(x):\n    return 2 * x\n")
    assert check.verdict is Verdict.TIMEOUT
    assert places(check)[-1][0] in {2, 3}


@pytest.mark.parametrize(
    "before",
    [
        "signal.signal(signal.SIGUSR1, signal.SIG_IGN)",
        "signal.signal(signal.SIGUSR1, signal.SIG_DFL)",
        "signal.signal(signal.SIGUSR1, lambda *_: time.sleep(99))",
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])",
        "os.close(2)",
        "os.write(2, b'Stack (most recent call first):\\n' + b'  File \"/etc/passwd\", line 1 in f\\n' * 5000)",
        "os.write(2, b'Stack (most recent call first):\\n  File \"day1/alone.py\", line 999999999 in f\\nx\\n')",
    ],
)
def test_who_does_not_tell_or_lies_has_the_same_verdict(told, before):
    check = told(f"import os, signal, time\n\n\ndef alone(x):\n    {before}\n    while True: time.sleep(1)\n")
    assert check.verdict is Verdict.TIMEOUT
    assert {frame.file.endswith("day1/alone.py") for frame in check.failure.traceback} <= {True}
    assert {line for line, _, _ in places(check)} <= {5, 6}


def test_the_answer_is_taken_out_of_what_was_printed():
    told = (("x", 9, "f"), ("day1/f.py", 3, "inner"))
    assert taken_out(b"hello\n" + ANSWER + b"more\n") == (b"hello\n", told)
    assert taken_out(ANSWER.replace(b"Stack", b"Current thread 0x00007f1a (most recent call first)")[:0]) == (b"", ())
    assert taken_out(b"hello\n") == (b"hello\n", ())
    assert not is_whole(b"hello\n") and not is_whole(ANSWER) and is_whole(ANSWER + b"more\n")


def test_the_answer_is_bounded():
    many = ANSWER + b'  File "day1/f.py", line 3 in inner\n' * 100_000
    _, stood = taken_out(many)
    assert is_whole(many) and len(stood) <= 100
    _, ((file, line, function),) = taken_out(
        b'Stack (most recent call first):\n  File "' + b"a" * 9999 + b'", line 1 in ' + b"b" * 9999
    )
    assert (len(file), line, len(function)) == (300, 1, 200)
