"""No false accusation: mistakes of other exercises, two mistakes at once, right answers, random wrong answers."""

from __future__ import annotations

import functools
import time
import types

import numpy as np
import pytest
import torch
from sandboxed import ROOT

from grader.author.diagnosis_trial import lines, rules, try_diagnosis
from grader.author.gallery import with_answer
from grader.checks import marks, requires_grad
from grader.checks.context import CheckContext, Mismatch
from grader.course import find_course, read_submission
from grader.diagnosis import KnownWrong, matching_misconception
from grader.diagnosis.bank import read_bank
from grader.diagnosis.replay import alike, converse, gives_the_same
from grader.reports.model import Visibility
from grader.sandbox.request import Call, NoAnswer, Operation, RaisedError
from grader.session.grading import Session
from grader.session.options import Hooks, RunOptions
from grader.session.outcome import Judge
from grader.session.wording import Words

COURSE = find_course(ROOT)
SOLUTIONS = read_submission(ROOT / "solutions", COURSE)
NAMES = ("cross_entropy", "linear", "batchnorm", "tanh_embedding", "train")
EXERCISES = {name: COURSE.exercise(f"lecture5.{name}") for name in NAMES}


@pytest.fixture(scope="module")
def session():
    quick = Hooks(select=lambda _, __, function: not marks.is_training(function) and marks.limit_of(function) is None)
    with Session(COURSE, list(EXERCISES.values()), RunOptions(alone=True), quick) as made:
        yield made


def bank(name):
    return read_bank(EXERCISES[name].bank, EXERCISES[name].solution)


def entry(name, which):
    return next(found for found in bank(name) if found.name == which)


def named(session, exercise, submission):
    """The misconceptions that are named, and the verdicts."""
    (result,) = session.grade([exercise], submission, 1000).exercises
    findings = [f for check in result.checks if check.failure is not None for f in check.failure.findings]
    return {f.name for f in findings if f.kind == "misconception"}, {str(check.verdict) for check in result.checks}


@pytest.mark.parametrize(("of", "which"), [("cross_entropy", 0), ("cross_entropy", 4), ("batchnorm", 2), ("linear", 3)])
def test_the_mistake_of_one_exercise_is_not_called_one_of_another(session, of, which):
    mistake = bank(of)[which]
    wrong = with_answer(SOLUTIONS, EXERCISES[of], mistake.source)
    found, verdicts = named(session, EXERCISES["train"], wrong)  # its loop imports the other
    assert found <= {mistake.name}  # the loop's bank may know the very same mistake by the same name
    assert "failed" in verdicts or "raised" in verdicts


@pytest.mark.parametrize("second", ["no-mean", "mean-over-entries", "sign", "target-zeroed"])
def test_two_mistakes_at_once_get_a_true_name_or_none(session, second):
    both = entry("cross_entropy", "softmax-over-batch").source + (
        "\n\nFIRST = cross_entropy_backward\n"
        + entry("cross_entropy", second).source.partition("# --- wrong answer")[2].partition("\n")[2]
        + "\n\nSECOND = cross_entropy_backward\n"
        "def cross_entropy_backward(logits, targets):\n"
        "    right = (torch.softmax(logits, 1) - torch.nn.functional.one_hot(targets, logits.shape[1])) / len(logits)\n"
        "    return FIRST(logits, targets) + SECOND(logits, targets) - right\n"
    )
    found, _ = named(session, EXERCISES["cross_entropy"], with_answer(SOLUTIONS, EXERCISES["cross_entropy"], both))
    assert found <= {"softmax-over-batch", second}


def test_two_mistakes_in_two_functions_get_a_true_name_or_none(session):
    one = entry("tanh_embedding", "the-slope-of-tanh-is-1-h-2")
    other = entry("tanh_embedding", "the-gradients-of-a-repeated-token-add-up")
    both = one.source + other.source.partition("# --- wrong answer")[2].partition("\n")[2]
    exercise = EXERCISES["tanh_embedding"]
    found, _ = named(session, exercise, with_answer(SOLUTIONS, exercise, both))
    assert found <= {one.name, other.name}


def test_right_answers_written_differently_get_no_diagnosis(session):
    for name in ("cross_entropy", "batchnorm"):
        for path in sorted(EXERCISES[name].alternatives.glob("*.py")):
            submission = with_answer(SOLUTIONS, EXERCISES[name], path.read_text("utf-8"))
            assert named(session, EXERCISES[name], submission) == (set(), {"passed"})


def module(source):
    made = types.ModuleType("answer")
    exec(source, made.__dict__)
    return made


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("def f(x): return 0.0 if x > 10 else x", None),  # not wrong here
        ("def f(x): return x * (1 + 1e-13)", None),  # an exact check sees the difference, and no replay does
        ("def f(x): return x + 1", "one-more"),
    ],
)
def test_who_answers_as_is_right_is_not_named(answer, name):
    context = CheckContext()
    context.talk = converse(module(answer))
    for x in (1.5, 2.5, 3.5):
        context.talk.symbol("f")(x)
    wrong = {"small-only": "def f(x): return 0.0 if x > 10 else x", "one-more": "def f(x): return x + 1"}
    bank = [KnownWrong(n, "", "f", functools.partial(module, source)) for n, source in wrong.items()]
    found = matching_misconception(context, bank, lambda: module("def f(x): return x"))
    assert (found.name if found is not None else None) == name


@pytest.mark.parametrize(
    ("said", "name"),
    [("shapes (2, 3) and (4,) do not fit", "no-transpose"), ("got Double and Float", None)],
)
def test_an_exception_names_a_mistake_only_by_what_it_says(said, name):
    def raising(words):
        return f"def f(x):\n    if x > 1: raise RuntimeError({words!r})\n    return x"

    context = CheckContext()
    context.talk = converse(module(raising(said)))
    context.talk.symbol("f")(0.5)
    with pytest.raises(RaisedError):
        context.talk.symbol("f")(1.5)
    wrong = functools.partial(module, raising("shapes (5, 1) and (2,) do not fit"))
    bank = [KnownWrong("no-transpose", "", "f", wrong)]
    found = matching_misconception(context, bank, lambda: module("def f(x): return x"), messages=True)
    assert (found.name if found is not None else None) == name


TWO_PLACES = """
def f(x):
    if x > {f}: raise ValueError
    return g(x)

def g(x):
    if x > {g}: raise ValueError
    return checked(x)

def checked(x):
    return x
"""


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (TWO_PLACES.format(f=1, g=9), "in-f"),
        (TWO_PLACES.format(f=9, g=1), "in-g"),
        (TWO_PLACES.format(f=9, g=9).replace("return x", "return own(x)") + "def own(x): raise ValueError", None),
        (TWO_PLACES.format(f=9, g=1).replace("raise ValueError", "own()") + "def own(): raise ValueError", "in-g"),
        (TWO_PLACES.format(f=9, g=1).replace("raise ValueError", "int('')"), None),
    ],
)
def test_an_exception_names_a_mistake_only_by_the_function_that_raises_it(answer, name):
    context = CheckContext()
    context.talk = converse(module(answer.replace("return own(x)", "return own(x) if x > 1 else x")))
    context.talk.symbol("f")(0.5)
    with pytest.raises(RaisedError):
        context.talk.symbol("f")(1.5)
    wrong = {"in-f": TWO_PLACES.format(f=1, g=9), "in-g": TWO_PLACES.format(f=9, g=1)}
    bank = [KnownWrong(n, "", "f", functools.partial(module, source)) for n, source in wrong.items()]
    right = functools.partial(module, TWO_PLACES.format(f=9, g=9))
    found = matching_misconception(context, bank, right, messages=True)
    assert (found.name if found is not None else None) == name


@pytest.mark.parametrize(
    ("answer", "name"),
    [("x + 1", "kept"), ("(x + 1).detach()", "detached"), ("(x + w) * 1", "kept"), ("x", None), ("x.detach()", None)],
)
def test_an_answer_that_requires_a_gradient_is_another_than_one_that_does_not(answer, name):
    head = "import torch\nw = torch.ones(3).requires_grad_()\ndef f(v):\n    x = v * w\n    return "
    context = CheckContext()
    context.talk = converse(module(head + answer))
    for value in (1.0, 2.0):
        given = torch.full((3,), value)
        assert requires_grad(context.talk.symbol("f")(given)) == ("detach" not in answer)
    assert not requires_grad(given)
    wrong = {"detached": head + "(x + 1).detach()", "kept": head + "x + 1"}
    bank = [KnownWrong(n, "", "f", functools.partial(module, source)) for n, source in wrong.items()]
    found = matching_misconception(context, bank, functools.partial(module, head + "x"))
    assert (found.name if found is not None else None) == name


@pytest.mark.parametrize("named", [False, True])
def test_a_generator_is_replayed_as_it_was_sent(named):
    source = "def draw(g): return g.normal()"
    context = CheckContext()
    context.talk = converse(module(source))
    draw, g = context.talk.symbol("draw"), np.random.default_rng(3)
    for _ in range(2):
        theirs = draw(g=g) if named else draw(g)
        assert theirs == g.normal()  # here it goes on, and the log has it as it was
    assert gives_the_same(module(source), context.talk.log, time.thread_time() + 5)


@pytest.mark.parametrize("named", [False, True])
def test_a_list_is_replayed_as_it_was_sent(named):
    source = "def f(xs): return sum(map(float, xs[0])) + xs[1]['a']"
    context = CheckContext()
    context.talk = converse(module(source))
    f, xs = context.talk.symbol("f"), [[1.0, 2.0], {"a": 3.0}]
    assert (f(xs=xs) if named else f(xs)) == 6.0
    xs[0][0], xs[1]["a"] = 7.0, 7.0  # the check goes on with it
    assert f(xs) == 16.0
    xs.clear()
    assert gives_the_same(module(source), context.talk.log, time.thread_time() + 5)


def test_a_demand_points_to_the_code_of_the_learner_whatever_is_asked_of_a_library_afterwards():
    context = CheckContext()
    context.talk = converse(module("import fractions\ndef f(x): return None\ndef g(x): return x"))
    talk = context.talk
    for name in ("f", "g"):
        talk.symbol(name)(1.0)
    talk.request(Operation.LIBRARY, None, ("math",), {}, "math").sqrt(4.0)
    talk.request(Operation.LIBRARY, None, ("fractions",), {}, "fractions").Fraction("1/2")  # written in Python
    mismatch = Mismatch("demand", "", "something else is wanted")
    context.fail(mismatch)
    assert mismatch.call.name == "g"
    assert context.call_that_gave_nothing().name == "f"


def test_random_wrong_answers_are_not_falsely_accused(session):
    trial = try_diagnosis(session, COURSE, [EXERCISES["cross_entropy"]], 3 * len(rules(0)))
    assert trial.answers == 3 * len(rules(0))
    assert trial.said > 0
    assert trial.false == ()
    assert "0 false accusations" in next(iter(lines(trial)))


@pytest.mark.parametrize(("kind", "names"), [("timeout", ["endless"]), ("crashed", [])])
def test_who_comes_to_no_end_is_compared_with_who_gives_up(kind, names):
    endless = "class UnfinishedError(Exception): pass\ndef f(x):\n    if x > 1: raise UnfinishedError\n    return x"
    wrong = {"endless": endless, "raises": endless.replace("Unfinished", "Own"), "other": endless.replace("> 1", "> 0")}
    bank = [KnownWrong(n, n, "f", functools.partial(module, source)) for n, source in wrong.items()]
    right = functools.partial(module, "def f(x): return x")
    context = CheckContext()
    context.talk = converse(right())
    context.talk.symbol("f")(0.5)
    lost = NoAnswer(kind, "", Call("call", context.talk.symbol("f"), "f", (1.5,), {}), 4.0)
    words = Words(COURSE.exercise("lecture1.graph"), "graph.py")
    outcome = Judge(words, lambda: bank, right).judge(lost, context, Visibility.VISIBLE, "")
    assert [finding.name for finding in outcome.failure.findings] == names


W = "import torch\ndef f(x): return torch.full((2,), x * {factor}, requires_grad={grad})"


@pytest.mark.parametrize(
    ("answer", "right", "name"),
    [
        (W.format(factor=3, grad=True), W.format(factor=2, grad=False), "three"),  # nobody asked for a leaf or for none
        (W.format(factor=2, grad=True), W.format(factor=2, grad=False), None),
        (W.format(factor=2, grad=False), W.format(factor=2, grad=True), None),
        ("import torch\ndef f(x): return (torch.tensor(x) * 3).item()", "def f(x): return x * 2", "three float"),
        ("import torch\ndef f(x): return x * 3 * (1 + 1e-7)", "def f(x): return x * 2", None),
    ],
)
def test_what_nobody_asks_for_hides_no_mistake(answer, right, name):
    """Whether a tensor requires a gradient, and digits that a float32 never had."""
    context = CheckContext()
    context.talk = converse(module(answer))
    for x in (0.123456789, 0.987654321):
        context.talk.symbol("f")(x)
    wrong = {"three": W.format(factor=3, grad=False), "three float": "def f(x): return x * 3"}
    bank = [KnownWrong(n, "", "f", functools.partial(module, source)) for n, source in wrong.items()]
    found = matching_misconception(context, bank, functools.partial(module, right))
    assert (found.name if found is not None else None) == name


def test_numbers_beyond_float32_are_compared_as_they_are():
    assert alike(1e308, 1e308)
    assert not alike(1e308, 1.1e308)
    assert alike([0.1, 3e300], [0.1, 3e300])
