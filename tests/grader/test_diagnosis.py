"""Diagnosis: what is said is literally true, and only what all evidence agrees on is said."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.checks.context import CheckContext, Mismatch
from grader.diagnosis.bank import read_bank
from grader.diagnosis.engine import common_law
from grader.diagnosis.patterns import laws_of
from grader.errors import GraderError

D = torch.float64
E = torch.tensor([[1.0, -2.0, 3.5], [0.25, 4.0, -1.0]], dtype=D)


def laws(actual, expected=E, sizes=None, kind=None):
    kind = kind or ("values" if actual.shape == expected.shape else "shape")
    return laws_of(Mismatch(kind, "x", "", actual, expected, sizes or {}))


@pytest.mark.parametrize(
    ("actual", "expected", "sizes", "law", "words"),
    [
        (E * 32, E, {"N": 32}, "ratio N", "exactly 32 times too large, and N is 32"),
        (E / 32, E, {"N": 32}, "ratio 1/N", "exactly 32 times too small, and N is 32"),
        (E * 2, E, {"N": 32}, "ratio 2", "exactly 2 times too large."),
        (E * 31 / 32, E, {"N": 32}, "ratio 1/N/(N-1)", "too small, and N/(N−1) is 1.03226"),
        (E * 8, E, {"d": 64}, "ratio sqrt d", "√d is 8"),
        (E * 12, E, {"N": 3, "C": 4}, "ratio N*C", "N·C is 12"),
        (-E, E, {}, "sign", "negative"),
        (-E * 5, E, {"N": 5}, "ratio -N", "of the wrong sign, and N is 5"),
        (E * 0.7, E, {}, "ratio", "1.429 times too small everywhere"),
        (E * 0, E, {}, "zeros", "zero everywhere"),
        (E + torch.tensor([[1.0], [2.0]], dtype=D), E, {}, "offset by row", "In each row"),
        (E.T.contiguous(), E, {}, "permuted (1, 0)", "transpose"),
        (E.sum(0), E.sum(0, keepdim=True), {}, "axis of length 1", "keepdim=True"),
        (E, E.sum(0), {}, "missing sum (0,)", ".sum(0) of yours is right"),
        (E, E.sum(1, keepdim=True), {}, "missing sum (1,)", ".sum(1, keepdim=True)"),
        (E.sum(1), E, {}, "extra sum 1", "summed over axis 1"),
    ],
)
def test_a_law_is_found_and_said(actual, expected, sizes, law, words):
    found = laws(actual, expected, sizes)
    assert law in [e.law for e in found]
    assert any(words in e.text for e in found if e.law == law)


def test_float32_on_the_way_is_seen():
    exact = torch.tensor([[1 / 3, 2 / 7], [0.1, 5 / 9]], dtype=D)
    assert "float32" in [e.law for e in laws(exact.float().double(), exact)]
    assert "float32" not in [e.law for e in laws(exact + 1e-7 * exact.sin(), exact)]  # as near, and it never was


def test_a_square_transpose_is_seen():
    square = torch.arange(9.0, dtype=D).reshape(3, 3)
    assert "permuted (1, 0)" in [e.law for e in laws(square.T.contiguous(), square)]
    symmetric = square + square.T
    assert laws(symmetric * 1.5, symmetric)[0].law == "ratio"


@given(st.integers(0, 10_000))
def test_noise_is_never_given_a_cause(seed):
    generator = torch.Generator().manual_seed(seed)
    expected = torch.randn(4, 3, dtype=D, generator=generator)
    actual = expected + torch.randn(4, 3, dtype=D, generator=generator)
    assert laws(actual, expected, {"N": 4, "C": 3}) == []


def test_a_law_must_hold_in_every_mismatch_of_the_check():
    context = CheckContext()
    for n, factor in ((2, 2), (3, 2), (4, 2)):  # always 2, and once N is 2
        context.mismatches.append(Mismatch("values", "x", "", E * factor, E, {"N": n}))
    assert common_law(context, context.mismatches[0]).law == "ratio 2"
    context.mismatches = [Mismatch("values", "x", "", E * n, E, {"N": n}) for n in (2, 3, 4)]
    assert common_law(context, context.mismatches[0]).law == "ratio N"
    context.mismatches.append(Mismatch("values", "x", "", E + E.sign(), E, {"N": 5}))
    assert common_law(context, context.mismatches[0]) is None


def test_a_ratio_that_changes_with_the_input_is_no_constant_factor():
    context = CheckContext()
    context.mismatches = [Mismatch("values", "x", "", E * ratio, E, {"n": n}) for n, ratio in ((3, 0.7), (4, 0.4))]
    assert common_law(context, context.mismatches[0]) is None
    context.mismatches = [Mismatch("values", "x", "", E * 0.7, E, {"n": n}) for n in (3, 4)]
    assert common_law(context, context.mismatches[0]).law == "ratio"


def test_where_two_sizes_are_alike_neither_is_blamed():
    context = CheckContext()
    context.mismatches = [Mismatch("values", "x", "", E * 2, E, {"N": 2, "C": 2})]
    assert common_law(context, context.mismatches[0]).law == "ratio"


BANK = '''
"""A bank."""
from __future__ import annotations

import torch

from grader.checks import misconception


def _helper(x):
    return x + 1


@misconception("Twice is too much.", "twice")
def f(x):
    return _helper(x) * 2


@misconception(
    "Thrice is more."
    " Far more."
)
@torch.no_grad()
def f(x):
    return x * 3


def g(x):
    return x
'''


def test_a_bank_is_read_as_text(tmp_path):
    solution, bank = tmp_path / "solution.py", tmp_path / "bank.py"
    solution.write_text("def f(x):\n    return x\n\n\ndef h(x):\n    return f(x)\n")
    bank.write_text(BANK)
    twice, thrice = read_bank(bank, solution)
    assert (twice.name, twice.symbol, twice.sentence) == ("twice", "f", "Twice is too much.")
    assert thrice.name == "thrice-is-more-far-more"
    results = []
    for entry in (twice, thrice):
        module = {}
        exec(compile(entry.source, "x", "exec"), module)
        assert "misconception" not in module
        results.append(module["h"](4))  # the solution's other functions use the wrong one
    assert results == [10, 12]
    assert "@torch.no_grad()" in thrice.source
    assert "@torch.no_grad()" not in twice.source


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@misconception('')\ndef f(x): pass", "needs the sentence"),
        ("@misconception('a', 'n')\ndef f(x): pass\n@misconception('b', 'n')\ndef f(x): pass", "already there"),
    ],
)
def test_a_wrong_bank_is_the_authors_error(tmp_path, text, words):
    solution, bank = tmp_path / "solution.py", tmp_path / "bank.py"
    solution.write_text("def f(x): pass")
    bank.write_text(text)
    with pytest.raises(GraderError, match=words):
        read_bank(bank, solution)
