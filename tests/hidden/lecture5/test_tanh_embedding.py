"""Checks of lecture5.tanh_embedding against autograd, on small numbers first, and once on very many rows."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from grader.checks import assert_close, assert_unchanged, limit, normal, points, strategies


def tanh_gradient(dh, h):
    """Autograd's gradient at the input of tanh whose output is h."""
    hpreact = torch.atanh(h).requires_grad_()
    return torch.autograd.grad(torch.tanh(hpreact), hpreact, dh)[0]


def table_gradient(demb, X, vocab):
    """Autograd's gradient of the table."""
    C = torch.zeros(vocab, demb.shape[-1], dtype=demb.dtype, requires_grad=True)
    return torch.autograd.grad(F.embedding(X, C), C, demb)[0]


@st.composite
def activations(draw):
    """dh in halves, and h of the same shape among -1, -1/2, 0, 1/2 and 1: 1 - h**2 is known by heart."""
    shape = draw(st.lists(strategies.sizes(1, 3), min_size=1, max_size=2).map(tuple))
    return draw(strategies.tensors(shape)), draw(strategies.tensors(shape, min_value=-1, max_value=1))


@st.composite
def lookups(draw):
    """demb in halves, tokens of one or two axes, and a vocabulary."""
    vocab, E = draw(strategies.sizes(1, 4)), draw(strategies.sizes(1, 2))
    shape = draw(st.lists(strategies.sizes(1, 3), min_size=1, max_size=2).map(tuple))
    X = draw(strategies.integers_tensor(shape, 0, vocab))
    return draw(strategies.tensors((*shape, E))), X, vocab


def random_lookup(rng, *, shape, vocab, E):
    """Normal demb, and tokens that leave the first and the last row of the table unused."""
    X = torch.randint(1, vocab - 1, shape, generator=rng)
    return normal(rng, *shape, E), X, vocab


def compare_tables(submission, demb, X, vocab):
    actual = submission.embedding_backward(demb, X, vocab)
    sizes = {"vocab": vocab, "E": demb.shape[-1], "X.numel()": X.numel()}
    assert_close(actual, table_gradient(demb, X, vocab), name="dC", sizes=sizes)


@given(activation=activations())
def test_tanh_matches_autograd(submission, activation):
    """The gradient through tanh equals autograd's, from the output h alone."""
    dh, h = activation
    actual = submission.tanh_backward(dh, h)
    assert_close(actual, tanh_gradient(dh, h), name="dhpreact")


def test_tanh_of_a_batch(submission, rng):
    """The gradient through tanh equals autograd's for a whole batch of hidden units."""
    for shape in ((5, 7), (3, 4, 2), ()):
        hpreact = normal(rng, *shape)
        dh = normal(rng, *shape)
        h = torch.tanh(hpreact)
        actual = submission.tanh_backward(dh, h)
        assert_close(actual, tanh_gradient(dh, h), name="dhpreact")


@points(2)
@given(lookup=lookups())
def test_embedding_matches_autograd(submission, lookup):
    """The gradient of the table equals autograd's, also when a token occurs many times."""
    compare_tables(submission, *lookup)


def test_unused_rows(submission, rng):
    """The table keeps all its rows: those that no token uses have a gradient of zero."""
    for shape in ((9,), (4, 5), (2, 3, 4)):
        compare_tables(submission, *random_lookup(rng, shape=shape, vocab=7, E=3))


@limit(5)
def test_no_loop_over_rows(submission, rng):
    """Four million places take less than 5 seconds: no Python loop over them."""
    compare_tables(submission, *random_lookup(rng, shape=(1_000_000, 4), vocab=4, E=1))


def test_tanh_leaves_arguments_unchanged(submission, rng):
    """The right gradient through tanh is found without modifying dh or h."""
    dh, hpreact = normal(rng, 2, 4, 3)
    h = torch.tanh(hpreact)
    actual = submission.tanh_backward(dh, h)
    assert_close(actual, tanh_gradient(dh, h), name="dhpreact")
    assert_unchanged(submission.tanh_backward, dh, h)


def test_embedding_leaves_arguments_unchanged(submission, rng):
    """The right gradient of the table is found without modifying demb or X."""
    lookup = random_lookup(rng, shape=(4, 5), vocab=7, E=3)
    compare_tables(submission, *lookup)
    assert_unchanged(submission.embedding_backward, *lookup)
