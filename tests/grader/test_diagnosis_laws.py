"""The laws beyond a factor and a transpose: each is found where it holds, and not where it does not."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.checks.context import CheckContext, Mismatch
from grader.diagnosis import differs_in_form
from grader.diagnosis.engine import common_law
from grader.diagnosis.patterns import laws_of
from grader.diagnosis.replay import returns_none
from grader.diagnosis.state import depends_on_more, kept_answer
from grader.sandbox.proxy import Conversation, Handle
from grader.sandbox.request import Call
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


def said(*mismatches):
    """What the engine would say of these mismatches of one check, the first of which is shown."""
    context = CheckContext()
    context.mismatches = list(mismatches)
    return common_law(context, mismatches[0])


def law(actual, expected, *args, sizes=None):
    """The law that the engine would name of this one mismatch."""
    found = said(seen(actual, expected, *args, sizes=sizes))
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
        (E / H, E, (H,), "factor argument 1"),
        (E * H, E, (G, H), "no factor argument 2"),
        (E / (1 - H**2), E, ({"h": H},), "factor (1 − argument 1['h']²)"),
        (torch.roll(SQUARE, 1, 0), SQUARE, (), "shifted 1 along 0"),
        (SQUARE, LOWER, (), "wrong above the diagonal"),
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


def test_what_rounding_leaves_of_zeros_has_no_factor():
    noise = torch.full_like(E, 1e-17)
    for actual in (noise, noise * H.sign(), E * 1e-16):
        found = said(seen(actual, E), seen(torch.zeros_like(H), H))
        assert (found.law, found.text) == ("zeros", "Yours is zero everywhere, up to rounding.")
    assert law(E, E * 1e-16) is None
    assert law(E * 1e-6, E) == "ratio"


def test_labels_are_no_indices_of_steps():
    """Losses that are wrong from step 4 on, beside labels that are below 4."""
    labels = torch.tensor([0, 1, 2, 2, 3, 1])
    losses, table = t(12), t(12, 3)
    for expected in (losses, table):
        wrong = expected.clone()
        wrong[4:] += torch.from_numpy(RNG.uniform(1, 2, wrong[4:].shape))
        assert law(wrong, expected, labels) is None
    for index, absent in ((INDEX, [1, 4, 5, 7]), (torch.tensor([0, 2, 2, 3, 6, 0, 3, 2]), [1, 4, 5, 7])):
        wrong = TABLE.clone()
        wrong[absent] += torch.from_numpy(RNG.uniform(1, 2, (4, 3)))
        # as many indices as rows: then a row may belong to an index as well as be looked up by it
        assert law(wrong, TABLE, index) == ("absent from argument 1" if len(index) != len(TABLE) else None)


def test_rows_of_which_all_but_one_are_repeated_say_nothing():
    wrong = TABLE.clone()
    repeated = [0, 1, 2, 4, 5, 6, 7]
    wrong[repeated] += t(7, 3)
    assert law(wrong, TABLE, torch.tensor([*repeated, *repeated, 3])) is None
    wrong[[1]] = TABLE[[1]]
    assert law(wrong, TABLE, torch.tensor([*repeated[:1], *repeated[2:], *repeated, 3])) == "repeated in argument 1"


def test_a_factor_is_not_named_where_zeros_make_two_the_same():
    """z = X @ W + b is b where X is zero; the factor was z."""
    mismatches = []
    for n in (3, 4, 5, 6):
        e, b = t(n), t(n)
        mismatches.append(seen(e * b, e, {"W": t(1, n), "b": b}, torch.zeros(1, 1, dtype=D)))
    assert said(*mismatches) is None
    assert said(seen(E * H, E, H, torch.ones(3, dtype=D))) is None
    assert said(seen(E - H, E, H, torch.zeros(3, dtype=D))) is None
    other = t(5, 4)
    assert said(*mismatches, seen(other * H, other, {"W": t(5, 4), "b": H}, t(1, 1))).law == "no factor argument 1['b']"


def test_a_factor_is_not_named_where_two_arguments_are_the_same():
    assert said(seen(E * H, E, H, H.clone())) is None
    found = said(seen(E * H, E, H, H.clone()), seen(H * G, H, t(5, 4), G), seen(E * SQUARE[:, :4], E, H, SQUARE[:, :4]))
    assert found.law == "no factor argument 2"


def test_a_factor_of_few_numbers_needs_a_second_mismatch():
    few = seen(E * G, E, G)
    assert said(few) is None
    assert said(few, few) is None
    assert said(few, seen(H / (1 / G), H, G)).law == "no factor argument 1"


def test_a_first_or_last_line_is_named_only_over_several_sizes():
    def wrong(*shape, line=True):
        expected = t(*shape)
        actual = expected.clone()
        actual[..., 0 if not line else slice(None), 0] += 1
        return seen(actual, expected)

    assert said(wrong(5, 6)) is None
    assert said(wrong(5, 6), wrong(5, 6)) is None
    assert said(wrong(5, 6), wrong(4, 3)).law == "only first of -1"
    assert said(wrong(1, 6), wrong(1, 5), wrong(1, 4)) is None  # one row
    assert said(wrong(5, 6, line=False), wrong(4, 3, line=False), wrong(3, 3, line=False)) is None  # one entry
    assert said(seen(LAST, E), seen(torch.cat([SQUARE[:4], SQUARE[4:] + t(1, 5)]), SQUARE)).law == "only last of -2"


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
    right.f = lambda x: {}[x]  # or none at all, where the input is to be refused
    assert depends_on_more(log, lambda: right) is None


def test_answers_of_a_function_with_and_without_an_item_kept_are_not_compared():
    """``keeping`` leaves an item with the learner: it comes as a handle, or as None."""
    import types

    right = types.ModuleType("right")
    right.f = lambda x: (x * 2, {"x": x})
    kept, left = (Handle(Conversation(None, [], 0), HandleInfo(n, "function", "function", "f"), "f") for n in (2, 3))
    cache = Handle(Conversation(None, [], 0), HandleInfo(4, "object", "dict", "cache"), "cache")
    answers = [(FUNCTION, (E * 2, {"x": E})), (kept, (E * 2, cache)), (left, (E * 2, None))]
    log = [Call("call", target, "f", (E,), {}, result) for target, result in answers]
    assert depends_on_more(log, lambda: right) is None
    assert depends_on_more([call((E,), None), call((E,), E)], lambda: right) is None
    assert depends_on_more([call((E,), cache), call((E,), E)], lambda: right) is None
    assert depends_on_more([call((cache, E), E), call((cache, E), H)], lambda: right) is None
    assert depends_on_more([*log, call((E,), (E * 3, {"x": E}))], lambda: right).law == "state of f"


def test_an_answer_of_another_form_is_asked_about_where_it_is_none():
    import types

    right = types.ModuleType("right")
    right.f = lambda x: x * 2
    log = [Call("get", None, "f", ("f",), {}, FUNCTION), call((E,), None)]
    wanted = "f returns None; a tensor is wanted: does every path of your code return a value?"
    assert differs_in_form(right, log) == wanted
    log[1] = call((E,), [1.0])
    assert differs_in_form(right, log) == "f returns a list; a tensor is wanted"


def test_a_return_that_is_missing_is_found_by_asking_a_right_module():
    import types

    class Right:
        def __add__(self, other):
            return Right()

        def change(self):
            return None

    right = types.ModuleType("right")
    right.f, right.V = lambda x: x * 2, Right
    assert returns_none(right, [call((E,), E)]) == ""
    get = Call("get", None, "f", ("f",), {}, FUNCTION)
    assert returns_none(right, [get, call((E,), [1.0]), call((E,), None)]) == "f"  # another list first: no matter

    talk = Conversation(None, [], 0)
    made, change = (Handle(talk, HandleInfo(n, kind, "V", "V"), "V") for n, kind in ((7, "object"), (8, "function")))
    cls = Handle(talk, HandleInfo(6, "class", "type", "V"), "V")
    start = [Call("get", None, "V", ("V",), {}, cls), Call("call", cls, "V", (), {}, made)]
    assert returns_none(right, [*start, Call("add", made, "V", (1,), {}, None)]) == "V.__add__"
    start.append(Call("get", made, "V.change", ("change",), {}, change))
    assert returns_none(right, [*start, Call("call", change, "V.change", (), {}, None)]) == ""  # it gives nothing back


def test_what_stays_with_the_submission_is_no_other_answer():
    import types

    right = types.ModuleType("right")
    right.f = lambda x: (x * 2, {})
    log = [call((E,), (E * 2, None)), call((E,), (E * 2, FUNCTION))]  # keeping(…, sent=False), and with it
    assert depends_on_more(log, lambda: right) is None


def test_explain_says_nothing_of_what_holds_no_numbers():
    assert laws_of(Mismatch("type", "x", "", None, E)) == []
    assert laws_of(Mismatch("values", "x", "", E * float("nan"), E)) == []


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
        texts += [f"{e.law}: {e.text}" for e in laws_of(seen(actual, expected, *args, sizes={"N": 5}))]
    golden("diagnosis_laws.txt", "\n".join(texts) + "\n")
