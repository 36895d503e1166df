"""How arguments lie in memory: a view arrives as one, in the worker and where known wrong answers are replayed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import find
from sandboxed import solutions_with

from grader.checks import context, normal, strategies
from grader.diagnosis.direct import DirectPeer
from grader.reports.model import Verdict
from grader.sandbox import wire
from grader.sandbox.layouts import expanded, laid_out, same_layout, spaced, strides_of, transposed
from grader.sandbox.unpacking import Unpacker


def numbers(*shape):
    return np.arange(np.prod(shape, dtype=int), dtype=float).reshape(shape)


def cross(value, *, layouts=True, accepts=True):
    packer = wire.Packer(lambda value: ["u", str(value)], layouts=layouts)
    node = packer.pack(value)
    blob = bytearray(b"".join(map(bytes, packer.buffers)))
    return Unpacker(blob, lambda node: node, layouts=accepts).unpack(node)


VIEWS = {
    "transposed": transposed(numbers(3, 4)),
    "three axes": numbers(2, 3, 4).transpose(2, 0, 1),
    "every second": numbers(3, 8)[:, ::2],
    "a column": numbers(4, 3)[:, 1],
    "expanded": np.broadcast_to(numbers(5), (4, 5)),
    "rows of rows": numbers(6, 4)[::3, :2],
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_arrives_as_the_same_view(name):
    array = VIEWS[name]
    got = cross(array)
    assert got.strides == array.strides
    assert np.array_equal(got, array)
    tensor = torch.from_numpy(array.copy()).as_strided(array.shape, [1] * array.ndim)
    tensor = torch.from_numpy(laid_out(np.array(array), strides_of(array)))
    for dtype in (torch.float64, torch.float32, torch.int64, torch.bool):
        kind = tensor.to(dtype)
        view = torch.empty_strided(kind.shape, kind.stride(), dtype=dtype)
        assert cross(view).stride() == view.stride()


@pytest.mark.parametrize("name", VIEWS)
def test_numbers_alone_come_back_where_layouts_are_not_sent(name):
    got = cross(VIEWS[name], layouts=False, accepts=False)
    assert got.flags.c_contiguous
    assert np.array_equal(got, VIEWS[name])


def test_an_answer_may_not_bring_strides():
    with pytest.raises(wire.ProtocolError, match="more than its numbers"):
        cross(VIEWS["transposed"], accepts=False)


@pytest.mark.parametrize("strides", [[1], [1, -1], [10**6, 1], [1, "a"], [1.0, 1], [1, True], None, [2**70, 1]])
def test_strides_that_fit_nothing_are_no_message(strides):
    packer = wire.Packer(lambda value: ["u", str(value)])
    node = [*packer.pack(numbers(3, 4)), strides]
    blob = bytearray(b"".join(map(bytes, packer.buffers)))
    with pytest.raises(wire.ProtocolError):
        Unpacker(blob, lambda node: node, layouts=True).unpack(node)


def test_what_lies_too_far_apart_or_backwards_is_sent_contiguous():
    for array in (numbers(1000, 2)[::500], numbers(5)[::-1], numbers(0, 3), np.float64(3.0)[()], numbers(3, 4)):
        assert strides_of(np.asarray(array)) is None


def test_copies():
    array = numbers(2, 3, 4)
    for change in (transposed, spaced):
        assert not change(array).flags.c_contiguous
        assert np.array_equal(change(array), array)
    assert not transposed(numbers(3, 1)).flags.c_contiguous
    assert np.array_equal(expanded(numbers(3, 2)), [[0, 1]] * 3)
    apart = spaced(numbers(3))
    between = np.lib.stride_tricks.as_strided(apart, (5,), (8,))[1::2]
    assert np.isnan(between).all()  # who reads past the numbers sees it
    for view in VIEWS.values():
        assert same_layout(view).strides == view.strides


def test_two_of_three_draws_of_a_check_are_views():
    for rng in (torch.Generator().manual_seed(1), np.random.default_rng(1)):
        context.enter(context.CheckContext())
        try:
            drawn = [np.asarray(normal(rng, 3, 4)).flags.c_contiguous for _ in range(6)]
        finally:
            context.enter(None)
        assert drawn == [False, False, True] * 2


def test_tensors_that_shrink_are_of_every_layout():
    for wanted in ((1, 3), (4, 2), (0, 1)):
        tensor = find(strategies.tensors((3, 2)), lambda t, wanted=wanted: t.stride() == wanted)
        assert not tensor.any()
    assert find(strategies.tensors((3, 2)), lambda t: bool(t[1, 1])).is_contiguous()


def test_known_wrong_answers_get_the_same_view():
    import types

    module = types.ModuleType("answer")
    exec("def f(x):\n    return list(x.stride() if hasattr(x, 'stride') else x.strides)", module.__dict__)
    peer = DirectPeer(module)
    view = torch.from_numpy(VIEWS["every second"])
    assert peer._copy(view).stride() == view.stride()
    assert peer._copy(VIEWS["transposed"]).strides == VIEWS["transposed"].strides
    assert peer._copy(view.to(torch.bfloat16).T).dtype is torch.bfloat16


VIEWS_AS_ROWS = """
import torch
def linear_backward(dout, x, W):
    rows, d = x.view(-1, x.shape[-1]), dout.view(-1, dout.shape[-1])
    return dout @ W.T, rows.T @ d, d.sum(0)
"""
WRITES = """
import torch
def linear_backward(dout, x, W):
    dout *= 1.0
    rows, d = x.reshape(-1, x.shape[-1]), dout.reshape(-1, dout.shape[-1])
    return dout @ W.T, rows.T @ d, d.sum(0)
"""


@pytest.mark.parametrize(
    ("text", "helps"),
    [
        (VIEWS_AS_ROWS, "Use .reshape(...) instead. An argument may be a view of another tensor"),
        (WRITES, "You write into an argument, one that was expanded: work on a copy of it."),
    ],
)
def test_what_views_do_not_allow_fails_and_the_input_says_so(lecture5, text, helps):
    course = lecture5.course
    submission = solutions_with(course, linear=text)
    (result,) = lecture5.grade(course.resolve(["lecture5.linear"]), submission, 3).exercises
    raised = [check.failure for check in result.checks if check.verdict is Verdict.RAISED]
    assert raised
    assert helps in raised[0].headline
    shown = [value.text for value in raised[0].counterexample.inputs]
    assert any(text.endswith(", not contiguous") for text in shown)
    assert raised[0].counterexample.smallest
