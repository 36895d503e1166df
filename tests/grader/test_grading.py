"""Grading as a whole: what a learner gets for right, wrong, strange and hostile files."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest
from sandboxed import ROOT, solutions_with

from grader.reports.model import Status, Verdict, Visibility
from grader.sandbox.choice import choose

RIGHT = """
import torch
def cross_entropy_backward(logits, targets):
    {before}
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[range(N), targets] -= 1
    d = d / N
    {after}
    return d
"""


def right(before="pass", after="pass", top=""):
    return top + "\n" + RIGHT.format(before=before, after=after)


def grade(session, text, names=("lecture5.cross_entropy",), seed=5, **others):
    course = session.course
    return session.grade(course.resolve(names), solutions_with(course, cross_entropy=text, **others), seed)


def one(session, text, seed=5):
    """The result of cross_entropy when it is this text."""
    report = grade(session, text, seed=seed)
    assert report.faults == ()
    (result,) = report.exercises
    return result


def test_the_solutions_pass_with_full_points(lecture5):
    report = lecture5.grade(lecture5.course.resolve(["lecture5"]), lecture5.course.root / "solutions", 11)
    assert report.exit_code == 0
    assert report.earned == report.points > 50
    assert report.isolation.level == ("full" if choose().kind == "forked" else "none")
    assert [e.status for e in report.exercises] == [Status.PASSED] * 7


def test_the_stubs_are_not_started(lecture5):
    report = lecture5.grade(lecture5.course.resolve(["lecture5"]), lecture5.course.root / "exercises", 11)
    assert report.exit_code == 1
    assert {e.status for e in report.exercises} == {Status.NOT_STARTED}
    assert report.earned == 0
    failures = [check.failure for e in report.exercises for check in e.checks]
    assert all(failure is not None and failure.traceback == () for failure in failures)


def test_a_seed_repeats_a_run(lecture5):
    wrong = right(after="d = d * (1 + (logits.abs().max() > 100))")  # right for small logits
    first, second, other = (grade(lecture5, wrong, seed=seed) for seed in (3, 3, 4))
    strip = lambda report: [(c.name, c.verdict, c.failure) for c in report.exercises[0].checks]  # noqa: E731
    assert strip(first) == strip(second)
    assert strip(first) != strip(other)


def test_a_wrong_gradient_is_explained_with_the_smallest_input(lecture5):
    result = one(lecture5, right(after="d = d * N"))
    check = result.checks[0]
    assert check.verdict is Verdict.FAILED
    cause, consequence = check.failure.findings
    assert cause.kind == "misconception"
    assert "1/N" in cause.text
    assert consequence.text == "Yours is exactly 2 times too large, and N is 2."
    example = check.failure.counterexample
    assert [(v.name, v.text) for v in example.inputs] == [("logits", "[[0, 0], [0, 0]]"), ("targets", "[0, 0]")]
    assert example.yours == "[[-0.5, 0.5], [-0.5, 0.5]]"
    assert example.expected == "[[-0.25, 0.25], [-0.25, 0.25]]"
    assert check.failure.location == "exercises/lecture5/cross_entropy.py:4"


def test_a_run_for_verdicts_alone_fails_the_same_checks_and_looks_for_no_smallest_input(lecture5):
    """And the next run of the same session looks for it as before."""
    exercises, wrong = lecture5.course.resolve(["lecture5.cross_entropy"]), right(after="d = d * (1 + (N > 2))")
    runs = {}
    for names in (True, False, True):
        options = msgspec.structs.replace(lecture5.options, names=names)
        report = lecture5.grade(exercises, solutions_with(lecture5.course, cross_entropy=wrong), 5, options)
        (result,) = report.exercises
        verdicts = [check.verdict for check in result.checks]
        runs.setdefault(names, []).append((verdicts, result.checks[0].failure.counterexample.inputs[0].text))
    (verdicts, smallest), again = runs[True]
    ((quick, first),) = runs[False]
    assert quick == verdicts
    assert again == (verdicts, smallest)
    assert smallest == "[[0, 0], [0, 0], [0, 0]]" != first


def test_who_forgets_the_return_is_told_so_where_a_demand_is_about_something_else(lecture5):
    text = right().replace("return ", "lost = ")
    failed = [check for check in one(lecture5, text).checks if check.verdict is Verdict.FAILED]
    assert failed
    for failure in (check.failure for check in failed):
        said = f"{failure.headline} {' '.join(finding.text for finding in failure.findings)}"
        assert said.count("None") == 1
        assert "does every path of your code return a value?" in said


def test_an_exception_names_the_line_and_other_checks_stand(lecture5):
    result = one(lecture5, right(before="assert logits.shape[0] != 32, 'not this size'"))
    failed = [check for check in result.checks if check.verdict is not Verdict.PASSED]
    assert [check.verdict for check in failed] == [Verdict.RAISED]
    assert failed[0].failure.headline.startswith("AssertionError: not this size")
    assert failed[0].failure.traceback[-1].line == 5


# what is done on every call -> verdict, words of the sentence
FAULTS = {
    "loops for ever": ("while True: pass", Verdict.TIMEOUT, "No answer within"),
    "exits the process": ("import os; os._exit(0)", Verdict.CRASHED, "ended the whole process with exit code 0"),
    "raises SystemExit": ("raise SystemExit(0)", Verdict.RAISED, "ends the program"),
    "segfaults": ("import ctypes; ctypes.string_at(0)", Verdict.CRASHED, "segmentation fault"),
    "eats memory": ("torch.ones(1 << 34)", Verdict.RAISED, "more than the 2 GB"),
    "reads the solution": (
        f"open({str(ROOT / 'solutions/lecture5/cross_entropy.py')!r})",
        Verdict.RAISED,
        "sees no files",
    ),
    "opens a socket": ("import socket; socket.socket()", Verdict.RAISED, "sandbox grants no"),
    "forks a daemon": ("import os; os.fork()", Verdict.RAISED, "sandbox grants no"),
    "asks for input": ("input()", Verdict.RAISED, "input()"),
    "recurses": ("f = lambda: f(); f()", Verdict.RAISED, "RecursionError"),
    "takes one argument": ("cross_entropy_backward(1)", Verdict.RAISED, "missing 1 required positional argument"),
}


REFUSED = {"reads the solution", "opens a socket", "forks a daemon"}


@pytest.mark.parametrize("what", [name for name in FAULTS if name != "loops for ever"])
def test_each_fault_has_its_verdict_and_its_sentence(lecture5, what):
    if choose().kind == "portable" and what in REFUSED:
        pytest.skip("nothing is refused to a portable worker")
    body, verdict, words = FAULTS[what]
    report = grade(lecture5, right(before=body), names=("lecture5.cross_entropy", "lecture5.linear"))
    broken, other = sorted(report.exercises, key=lambda e: e.name)
    ran = [check for check in broken.checks if check.verdict is not Verdict.BLOCKED]
    assert {check.verdict for check in ran} == {verdict}
    for check in ran:
        assert words in check.failure.headline
    assert other.status is Status.PASSED
    assert report.faults == ()


def test_a_loop_without_end_costs_its_limit_once_a_check(lecture5):
    result = one(lecture5, right(before="import time\n    while logits.shape[0] == 32: time.sleep(1)"))
    assert [check.verdict for check in result.checks].count(Verdict.TIMEOUT) == 1
    timeout = next(check for check in result.checks if check.verdict is Verdict.TIMEOUT)
    said = "No answer within 6 s in cross_entropy_backward(logits, targets): a loop without end, or too much work."
    assert timeout.failure.headline == f"{said} Does the while loop in line 6 come to an end?"
    assert timeout.seconds < 7.5
    assert [check.verdict for check in result.checks].count(Verdict.PASSED) == len(result.checks) - 1


def test_a_function_without_end_is_waited_for_twice(lecture5):
    """Then its checks are not run, and say so; those that call nothing of it are."""
    result = one(lecture5, right(before="while True: pass"))
    assert [check.verdict for check in result.checks].count(Verdict.TIMEOUT) == 2
    second = [check.name for check in result.checks if check.verdict is Verdict.TIMEOUT][1]
    unrun = [check for check in result.checks if check.verdict is Verdict.BLOCKED]
    assert unrun
    assert any(
        check.failure.headline
        == f"Not run: cross_entropy_backward found no end before, in {second}, so it is not called again."
        and check.waits_for == second
        for check in unrun
    )


def test_flooded_output_is_cut_and_shown_only_under_a_failure(lecture5):
    result = one(lecture5, right(before="print('x' * 100_000)"))
    assert result.status is Status.PASSED
    result = one(lecture5, right(before="print('hello ' * 20_000)", after="d = d * 3"))
    output = result.checks[0].failure.output
    assert output.startswith("hello hello")
    assert len(output) < 70_000
    assert "bytes more" in output


LIARS = {
    "a tensor that equals everything": """
class Liar(torch.Tensor):
    def __torch_function__(self, func, types, args=(), kwargs=None): return True
    def __eq__(self, other): return True
    def __array__(self, *a): raise SystemExit
""",
    "an object that equals everything": """
class Liar:
    def __init__(self, x): self.shape, self.dtype = x.shape, x.dtype
    def __eq__(self, other): return True
    def __getattr__(self, name): return lambda *a, **k: True
    def as_subclass(self, kind): return self
""",
}


@pytest.mark.parametrize("what", LIARS)
def test_a_lying_object_is_wrong_by_its_type(lecture5, what):
    make = "torch.zeros_like(logits).as_subclass(Liar)" if "tensor" in what else "Liar(logits)"
    text = f"import torch\n{LIARS[what]}\ndef cross_entropy_backward(logits, targets): return {make}\n"
    result = one(lecture5, text)
    assert result.earned <= 1  # the inputs stay as they are: that is true
    assert "an object of class Liar" in result.checks[0].failure.headline


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("None", "dlogits is None"),
        ("3.0", "dlogits is a float; a tensor is wanted"),
        ("logits.numpy()", "a NumPy array; a tensor is wanted"),
        ("[1]", "a list; a tensor is wanted"),
        ("logits.float()", "float32; float64 is wanted"),
        ("logits.sum(1)", "has shape"),
        ("logits * float('nan')", "dlogits is NaN"),
        ("logits / 0", "dlogits is"),
        ("logits.to_sparse()", "a sparse tensor"),
        ("logits.to('meta')", "meta device"),
        ("cross_entropy_backward", "a function; a tensor is wanted"),
        ("(x for x in logits)", "a generator (yield makes one: use return)"),
    ],
)
def test_a_wrong_kind_of_answer_is_said(lecture5, value, words):
    text = f"import torch\ndef cross_entropy_backward(logits, targets): return {value}\n"
    assert words in one(lecture5, text).checks[0].failure.headline


@pytest.mark.parametrize(
    ("text", "verdict", "words"),
    [
        ("def cross_entropy_backwards(a, b): pass", Verdict.MISSING, "cross_entropy_backwards: did you mean"),
        ("x = 1 / 0", Verdict.RAISED, "cannot be imported: ZeroDivisionError"),
        ("import numpy.no_such_part", Verdict.RAISED, "No module named 'numpy.no_such_part'"),
        ("def f(:\n  pass", Verdict.RAISED, ""),
        ("import os; os._exit(3)", Verdict.CRASHED, "Importing the file ended its process"),
        ("raise NotImplementedError", Verdict.NOT_STARTED, ""),
        ("def cross_entropy_backward(logits): return logits", Verdict.RAISED, "yours takes (logits)"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(lecture5, text, verdict, words):
    from grader.course import faults

    course = lecture5.course
    submission = solutions_with(course, cross_entropy=text)
    file = submission.files["lecture5.cross_entropy"]
    fault = faults.fault_of(text, file.display, must_hold_code=True)
    submission.files["lecture5.cross_entropy"] = dataclasses.replace(file, fault=fault)
    report = lecture5.grade(course.resolve(["lecture5.cross_entropy"]), submission, 5)
    (result,) = report.exercises
    assert {check.verdict for check in result.checks} - {Verdict.BLOCKED} == {verdict}
    assert words in result.checks[0].failure.headline
    assert report.faults == ()


def test_a_dependent_is_blocked_and_says_by_what(lecture5):
    report = grade(lecture5, right(after="d = -d"), names=("lecture5.train",))
    (train,) = report.exercises
    assert train.status is Status.BLOCKED
    assert train.blocked_by == "lecture5.cross_entropy"
    assert train.earned == 0
    assert report.exit_code == 1


def test_a_flaky_answer_is_called_flaky(lecture5):
    result = one(lecture5, right(after="d = d + (torch.rand(()) > 0.5)"))
    assert result.checks[0].verdict is Verdict.FAILED


def test_hidden_checks_show_no_expected_values(lecture5):
    for exercise in lecture5.grade(
        lecture5.course.resolve(["lecture5"]), lecture5.course.root / "exercises", 1
    ).exercises:
        for check in exercise.checks:
            assert check.visibility in {Visibility.VISIBLE, Visibility.HIDDEN}
            assert check.demand
            assert len(check.demand) <= 140


def test_a_call_that_leaves_another_default_dtype_is_wrong_though_its_answer_is_right(lecture5):
    changed = right(after="torch.set_default_dtype(torch.float64)")
    result = one(lecture5, changed)
    assert {check.verdict for check in result.checks} - {Verdict.BLOCKED} == {Verdict.FAILED}
    assert result.checks[0].failure.headline.startswith(
        "cross_entropy_backward changes torch's default dtype, from torch.float32 to torch.float64, and leaves it so"
    )
    kept = right(before="torch.set_default_dtype(torch.float64)", after="torch.set_default_dtype(torch.float32)")
    assert one(lecture5, kept).status is Status.PASSED
