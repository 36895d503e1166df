"""The laws beyond a factor and a transpose: each is found where it holds, and not where it does not."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.checks.context import CheckContext, Mismatch
from grader.checks.diagnosis.engine import common_law
from grader.checks.diagnosis.patterns import explain
from grader.checks.diagnosis.state import depends_on_more, kept_answer
from grader.sandbox.proxy import Call, Conversation, Handle
from grader.sandbox.wire import HandleInfo

D = torch.float64
FUNCTION = Handle(Conversation(None, [], 0), HandleInfo(1, "function", "function", "f"), "f")
RNG = np.random.default_rng(3)


def t(*shape):
    return torch.from_numpy(RNG.standard_normal(shape))


def seen(actual, expected, *args, sizes=None):
    """A mismatch of a call with these arguments."""
    kind = "values" if tuple(actual.shape) == tuple(expected.shape) else "shape"
    return Mismatch(kind, "x", "", actual, expected, sizes or {}, call=Call("call", FUNCTION, "f", args, {}, actual))


def law(actual, expected, *args, sizes=None):
    """What the engine would say of this one mismatch."""
    context = CheckContext()
    context.mismatches = [seen(actual, expected, *args, sizes=sizes)]
    found = common_law(context, context.mismatches[0])
    return found.law if found is not None else None


E, H, G = t(5, 4), t(5, 4), t(1, 4)
SQUARE = t(5, 5)
LOWER = SQUARE.tril()
INDEX = torch.tensor([0, 2, 2, 3, 6, 0])
TABLE = t(8, 3)
REPEATED = TABLE.clone()
REPEATED[[0, 2]] += 1.5 * t(2, 3)
LAST = E.clone()
LAST[-1] *= 1.5


@pytest.mark.parametrize(
    ("actual", "expected", "args", "wanted"),
    [
        (E + 0.5, E, (), "offset"),
        (E - H, E, (H,), "term 1 argument 1"),
        (E + H, E, (G, H), "term -1 argument 2"),
        (E / G, E, (G,), "factor argument 1"),
        (E * G, E, (G,), "no factor argument 1"),
        (E / (1 - H**2), E, ({"h": H},), "factor (1 − argument 1['h']²)"),
        (torch.roll(SQUARE, 1, 0), SQUARE, (), "shifted 1 along 0"),
        (SQUARE, LOWER, (), "wrong above the diagonal"),
        (LAST, E, (), "only last of -2"),
        (REPEATED, TABLE, (E, INDEX), "repeated in argument 2"),
        (E.softmax(0), E.softmax(1), (E,), "normalised -2 for -1"),
        (SQUARE.sum(0), SQUARE.sum(1), (SQUARE,), "sum over 0 for 1 of argument 1"),
        (E.mean(0), E.mean(1), (E,), "mean over 0 for 1 of argument 1"),
        (E.mean(1), E, (), "extra mean 1"),
        (E, E.mean(0), (), "missing mean (0,)"),
        (E.reshape(2, 10), E, (), "another shape"),
        (E.var(0, unbiased=False), E.var(0), (), "ratio"),
        (H.clone(), E, (E, H), "input argument 2"),
    ],
)
def test_a_law_is_found(actual, expected, args, wanted):
    assert law(actual, expected, *args) == wanted


def test_a_biased_standard_deviation_is_explained_by_n():
    assert law(E.std(0, unbiased=False), E.std(0), sizes={"n": 5}) == "ratio 1/sqrt n/(n-1)"


def test_one_number_proves_nothing():
    one, two = torch.tensor([1.5], dtype=D), torch.tensor([0.5], dtype=D)
    assert law(one, two) is None
    assert law(one, two, sizes={"N": 3}) is None
    assert law(torch.zeros(1, 1, dtype=D), torch.zeros(1, dtype=D)) is None


def test_the_same_mismatch_twice_is_no_more_evidence():
    context = CheckContext()
    context.mismatches = [seen(torch.tensor([1.5], dtype=D), torch.tensor([0.5], dtype=D), sizes={"N": 3})] * 9
    assert common_law(context, context.mismatches[0]) is None


KINDS = ["noise", "scaled entry", "scaled rows", "permuted rows", "axes", "offset", "factor"]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 6), st.integers(2, 6), st.sampled_from(KINDS))
def test_a_random_change_gets_only_a_name_that_is_true_of_it(seed, rows, columns, kind):
    rng = np.random.default_rng(seed)
    e, other = rng.standard_normal((rows, columns)), rng.standard_normal((rows, columns))
    factors = rng.uniform(1.5, 4, (rows, 1)) if rows > 1 else np.full((1, 1), 2.0)
    entry = e.copy()
    entry[rng.integers(rows), rng.integers(columns)] *= 3.3
    a = {
        "noise": e + rng.standard_normal(e.shape),
        "scaled entry": entry,
        "scaled rows": e * factors,
        "permuted rows": np.roll(e, 1, 0),
        "axes": e.T.copy(),
        "offset": e + 0.7,
        "factor": e * 1.7,
    }[kind]
    allowed = {
        "noise": set(),
        "scaled entry": {"only first of -2", "only last of -2", "only first of -1", "only last of -1"},
        "scaled rows": set(),
        "permuted rows": {"shifted 1 along 0", "shifted -1 along 0"},
        "axes": {"permuted (1, 0)"},
        "offset": {"offset"},
        "factor": {"ratio"},
    }[kind]
    sizes = {"N": rows, "C": columns}
    found = law(torch.from_numpy(a), torch.from_numpy(e), torch.from_numpy(other), sizes=sizes)
    assert found is None or found in allowed
    if kind in {"axes", "offset", "factor"}:
        assert found is not None


def test_a_law_names_arguments_in_all_mismatches_alike():
    context = CheckContext()
    context.mismatches = [seen(E - H, E, H), seen(SQUARE - 2 * LOWER, SQUARE, LOWER)]
    assert common_law(context, context.mismatches[0]) is None


def call(args, result):
    return Call("call", FUNCTION, "f", args, {}, result)


def test_an_answer_that_is_kept_is_seen():
    first = t(3)
    assert kept_answer([call((t(3),), first) for _ in range(3)]).law == "kept answer of f"
    assert kept_answer([call((t(3),), t(3)) for _ in range(3)]) is None
    assert kept_answer([call((E,), first)] * 3) is None  # the same was asked
    assert kept_answer([call((t(3),), torch.zeros(3)) for _ in range(3)]) is None  # zeros are another story


def test_an_answer_that_depends_on_more_than_its_arguments_is_seen():
    import types

    right = types.ModuleType("right")
    right.f = lambda x: x * 2
    log = [call((E,), E * 2), call((H,), H), call((E,), E * 3)]
    assert depends_on_more(log, lambda: right).law == "state of f"
    assert depends_on_more([log[0], log[1], log[0]], lambda: right) is None
    right.f = lambda x: x * torch.rand(())  # a right answer may be random
    assert depends_on_more(log, lambda: right) is None


def test_what_stays_with_the_submission_is_no_other_answer():
    import types

    right = types.ModuleType("right")
    right.f = lambda x: (x * 2, {})
    log = [call((E,), (E * 2, None)), call((E,), (E * 2, FUNCTION))]  # keeping(…, sent=False), and with it
    assert depends_on_more(log, lambda: right) is None
    log = [call((E,), (E * 2, None)), call((E,), (E * 3, FUNCTION))]
    assert depends_on_more(log, lambda: right).law == "state of f"


def test_explain_says_nothing_of_what_holds_no_numbers():
    assert explain(Mismatch("type", "x", "", None, E)) == []
    assert explain(Mismatch("values", "x", "", E * float("nan"), E)) == []


def test_the_sentences(golden):
    """What is said, all of it, to be read as a whole."""
    texts = []
    for actual, expected, *args in [
        (E * 5, E), (E * 0, E), (-E, E), (E * 1.7, E), (E + 0.5, E), (H, E, H), (E - H, E, H), (E + H, E, H),
        (E / G, E, G), (E * G, E, G), (torch.roll(SQUARE, 1, 0), SQUARE), (SQUARE, LOWER), (LAST, E),
        (REPEATED, TABLE, INDEX), (E.softmax(0), E.softmax(1)), (SQUARE.sum(0), SQUARE.sum(1), SQUARE),
        (E.mean(1), E), (E, E.mean(0)), (E, E.sum(0)), (E.sum(0), E.sum(0, keepdim=True)), (E.reshape(2, 10), E),
        (E.T.contiguous(), E), (E + t(5, 1), E), (E.float().double(), E),
    ]:  # fmt: skip
        texts += [f"{e.law}: {e.text}" for e in explain(seen(actual, expected, *args, sizes={"N": 5}))]
    golden("diagnosis_laws.txt", "\n".join(texts) + "\n")
