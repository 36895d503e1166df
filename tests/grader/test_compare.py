"""Comparison: the order of what is demanded, the tolerance, and what is never asked of a foreign object."""

from __future__ import annotations

import math
import operator

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.checks import (
    assert_close,
    assert_equal,
    assert_raises,
    assert_responds,
    assert_unchanged,
    check,
    strategies,
)
from grader.checks.context import CheckFailed
from grader.sandbox.wire import Unsendable

D = torch.float64


def verdict(actual, expected, **kwargs):
    """The kind and headline of a comparison that fails; None when it holds."""
    try:
        assert_close(actual, expected, **kwargs)
    except CheckFailed as failed:
        return failed.mismatch.kind, failed.mismatch.headline
    return None


@pytest.mark.parametrize(
    ("actual", "expected", "kind", "words"),
    [
        (None, torch.ones(2), "type", "None"),
        ([1.0, 2.0], torch.ones(2), "type", "a list; a tensor is wanted"),
        (np.ones(2), torch.ones(2), "type", "a NumPy array"),
        (torch.ones(2), np.ones(2), "type", "a tensor; a NumPy array"),
        (Unsendable("a sparse tensor"), torch.ones(2), "type", "a sparse tensor"),
        (torch.ones(2, 1), torch.ones(2), "shape", "(2, 1); (2,) is wanted"),
        (torch.ones(()), torch.ones(1), "shape", "shape (); (1,) is wanted"),
        (torch.ones(2, dtype=torch.float32), torch.ones(2, dtype=D), "dtype", "float32; float64 is wanted"),
        (torch.ones(2, dtype=torch.complex64), torch.ones(2), "dtype", "complex64"),
        (torch.tensor([1.0, math.nan]), torch.ones(2), "finite", "NaN at [1]"),
        (torch.tensor([math.inf, math.nan]), torch.ones(2), "finite", "inf at [0] and at 1 more place"),
        (torch.tensor([-math.inf]), torch.tensor([math.inf]), "finite", "-inf"),
        (torch.ones(1), torch.tensor([math.nan]), "finite", "1 at [0]"),
        (torch.tensor([1.0, 2.1], dtype=D), torch.tensor([1.0, 2.0], dtype=D), "values", "1 of its 2 numbers"),
        (1, 1.5, "values", "not right"),
        (True, 1.0, "type", "a bool; a Python float"),
        (torch.tensor(1.0), 1.0, "type", ".item()"),
        ("1.0", 1.0, "type", "a str"),
        (1.0, 1, "type", "a float; a Python int"),
        (torch.ones(2), (torch.ones(2), torch.ones(2)), "type", "2 values are wanted"),
        ((torch.ones(2),), (torch.ones(2), torch.ones(2)), "type", "you return 1"),
        ({"W": torch.ones(2)}, {"W1": torch.ones(2)}, "missing", "lacks 'W1'. Did you mean it by 'W'?"),
        ([1], {"W1": torch.ones(2)}, "type", "a dict is wanted"),
        (torch.tensor([1, 2]), torch.tensor([1, 3]), "values", "1 of its 2 numbers, at [1]"),
    ],
)
def test_the_first_difference_is_the_one_that_is_said(actual, expected, kind, words):
    found = verdict(actual, expected)
    assert found is not None
    assert found[0] == kind
    assert words in found[1]


def test_none_is_answered_with_a_question_wherever_it_comes():
    asked = "does every path of your code return a value?"
    for expected in (torch.ones(2), 1.0, 1, (torch.ones(2), 1.0), {"W": torch.ones(2)}):
        assert verdict(None, expected)[1].endswith(": " + asked)
        assert asked not in verdict("text", expected)[1]
    for expected, words in (([1], "a list"), ({"a": 1}, "a dict"), ("a", "a str"), (True, "a bool")):
        with pytest.raises(CheckFailed, match=f"result is None; {words} is wanted: does every path"):
            assert_equal(None, expected)
        with pytest.raises(CheckFailed, match=r"is wanted\.$"):
            assert_equal(1.5, expected)


def test_articles():
    assert verdict(np.ones(2, dtype=bool), np.ones(2))[1] == "result is an array of bool; float64 is wanted."
    assert verdict(torch.ones(2, dtype=torch.bool), torch.ones(2, dtype=D))[1].startswith("result is a tensor of bool")


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (torch.tensor([math.nan, math.inf]), torch.tensor([math.nan, math.inf])),
        (torch.zeros(0, 3), torch.zeros(0, 3)),
        ([torch.ones(2), 1.0], (torch.ones(2), 1.0)),
        ({"a": 1.0, "more": 2}, {"a": 1.0}),
        (np.float64(2.0), 2.0),
        (1, 1.0),
        (torch.ones(2, dtype=torch.bfloat16), torch.ones(2, dtype=torch.bfloat16)),
        (torch.tensor(1e-13, dtype=D), torch.tensor(0.0, dtype=D)),
    ],
)
def test_what_is_right_passes(actual, expected):
    assert verdict(actual, expected) is None


def test_the_tolerance_follows_the_scale_of_the_whole_tensor():
    expected = torch.tensor([1e6, 1.0], dtype=D)
    assert verdict(expected + 5e-4, expected) is None
    assert verdict(expected + 5e-3, expected) is not None
    small = torch.tensor([1e-6, 2e-6], dtype=D)
    assert verdict(torch.zeros(2, dtype=D), small) is not None
    assert verdict(small * (1 + 1e-6), small) is not None


@given(st.integers(1, 5), st.integers(1, 5), st.integers(-4, 6))
def test_any_single_wrong_number_is_found(n, m, power):
    expected = torch.randn(n, m, dtype=D, generator=torch.Generator().manual_seed(n * m)) * 10.0**power
    actual = expected.clone()
    actual[n - 1, m - 1] += 1e-6 * float(expected.abs().max())
    kind, _ = verdict(actual, expected)
    assert kind == "values"


def test_a_foreign_object_is_never_asked():
    class Trap:
        def __getattribute__(self, name):
            raise AssertionError(f"asked for {name}") if name not in {"__class__", "__module__"} else AttributeError

    class Liar(torch.Tensor):
        @classmethod
        def __torch_function__(cls, *args, **kwargs):
            raise AssertionError("asked")

    kind, words = verdict(torch.ones(2).as_subclass(Liar), torch.ones(2))
    assert kind == "type"
    assert "Liar" in words


@pytest.mark.parametrize(
    ("actual", "expected"),
    [(1, True), (True, 1), ([1, 2], (1, 2)), ([1, 2], [1, 2, 3]), ({1: 2}, {1: 2.0}), ("a", b"a"), ({(1, 2): 3}, {})],
)
def test_exact_equality_minds_types(actual, expected):
    with pytest.raises(CheckFailed):
        assert_equal(actual, expected)


def test_exact_equality_holds():
    assert_equal({(1, 2): 3, "a": [1, None]}, {"a": [1, None], (1, 2): 3})
    assert_equal(torch.tensor([1, 2]), torch.tensor([1, 2]))


def test_other_demands_when_tried_by_hand():
    check(True, "never said")
    with pytest.raises(CheckFailed, match="so it is said"):
        check(False, "so it is said")
    with pytest.raises(CheckFailed, match="argument 1\\['h'\\] in place"):
        assert_unchanged(lambda d: d["h"].zero_(), {"h": torch.ones(2)})
    assert assert_unchanged(lambda x: x * 2, torch.ones(2)).tolist() == [2, 2]
    assert assert_unchanged(len, [1.5, math.nan]) == 2  # NaN stays what it is, though it equals nothing
    with pytest.raises(CheckFailed, match="argument 1 in place"):
        assert_unchanged(lambda losses: losses.insert(1, losses.pop()), [math.nan, math.nan, 2.0])
    with pytest.raises(CheckFailed, match=r"argument 1\[1\] in place"):
        assert_unchanged(lambda losses: operator.setitem(losses, 1, 0.0), [math.nan, math.nan, 2.0])
    with pytest.raises(CheckFailed, match="argument 1 in place"):
        assert_unchanged(list.sort, ["b", "a", "c"])
    with pytest.raises(CheckFailed, match=r"argument 1\[0\] in place"):
        assert_unchanged(lambda rows: [row.zero_() for row in rows], [torch.ones(2), torch.ones(2)])
    assert_responds(torch.ones(2), torch.zeros(2))
    with pytest.raises(CheckFailed, match="y is the same for two inputs"):
        assert_responds(torch.zeros(2), torch.zeros(2), name="y")
    with pytest.raises(CheckFailed, match="y is None; a value is wanted: does every path"):
        assert_responds(torch.zeros(2), None, name="y")
    with pytest.raises(CheckFailed, match="NaN or Inf"):
        assert_responds(torch.ones(2), torch.ones(2) / 0)
    with pytest.raises(CheckFailed, match=r"ValueError is wanted here \(3 is odd\); you return 3"):
        assert_raises(ValueError, lambda x: x, 3, why="3 is odd")


@given(strategies.tensors((2, 3)))
def test_tensors_are_multiples_of_a_half_within_bounds(x):
    assert x.shape == (2, 3)
    assert x.dtype == D
    assert torch.equal(2 * x, (2 * x).round())
    assert x.abs().max() <= 4


@given(strategies.integers_tensor((4,), 2, 5))
def test_integers_are_within_bounds(x):
    assert x.dtype == torch.int64
    assert all(2 <= n < 5 for n in x.tolist())


def test_bounds_may_leave_out_zero():
    from hypothesis import find

    assert find(strategies.tensors((2,), min_value=1, max_value=3), lambda x: True).tolist() == [1, 1]
    assert find(strategies.tensors((2,)), lambda x: x.sum() < 0).tolist() in ([0, -0.5], [-0.5, 0])
