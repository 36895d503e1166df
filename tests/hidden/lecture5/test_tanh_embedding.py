"""Checks of lecture5.tanh_embedding against autograd, on small numbers first, and once on very many rows."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    bonus,
    integers,
    limit,
    needs,
    normal,
    points,
    strategies,
    undisturbed,
)


def tanh_gradient(dh, h):
    """Autograd's gradient at the input of tanh whose output is h."""
    hpreact = torch.atanh(h).requires_grad_()
    return torch.autograd.grad(torch.tanh(hpreact), hpreact, dh)[0]


def table_gradient(demb, X, vocab):
    """Autograd's gradient of the table."""
    C = torch.zeros(vocab, demb.shape[-1], dtype=demb.dtype, requires_grad=True)
    return torch.autograd.grad(F.embedding(X, C), C, demb)[0]


def shapes():
    """One axis or two."""
    return st.lists(strategies.sizes(1, 3), min_size=1, max_size=2).map(tuple)


def dtypes():
    """Halves are as exact in float32 as in float64."""
    return st.sampled_from(["float64", "float32"])


@st.composite
def activations(draw):
    """dh in halves, and h of the same shape among -1, -1/2, 0, 1/2 and 1: 1 - h**2 is known by heart."""
    shape, dtype = draw(shapes()), draw(dtypes())
    dh, h = (draw(strategies.tensors(shape, min_value=-most, max_value=most, dtype=dtype)) for most in (4, 1))
    return dh.contiguous(), h.contiguous()


@st.composite
def lookups(draw):
    """demb in halves, tokens of one or two axes, and a vocabulary; the smallest has no token 0, which shifts none."""
    vocab, E = draw(strategies.sizes(2, 5)), draw(strategies.sizes(1, 2))
    shape, dtype = draw(shapes()), draw(dtypes())
    X = draw(strategies.integers_tensor(shape, draw(st.sampled_from([1, 0])), vocab))
    return draw(strategies.tensors((*shape, E), dtype=dtype)).contiguous(), X, vocab


def random_lookup(rng, *, shape, vocab, E):
    """demb in halves, and tokens that repeat, and leave the first and the last row of the table unused."""
    return integers(rng, -8, 8, *shape, E).double() / 2, integers(rng, 1, vocab - 2, *shape), vocab


def transposed(tensor):
    """A copy that is the transpose of another tensor."""
    return tensor.mT.contiguous().mT


def spaced(tensor):
    """A copy whose numbers lie apart in memory."""
    return torch.stack([tensor, tensor], -1)[..., 0]


def compare_tanh(submission, dh, h):
    assert_close(submission.tanh_backward(dh, h), tanh_gradient(dh, h), name="dhpreact")


def compare_tables(submission, demb, X, vocab):
    actual = submission.embedding_backward(demb, X, vocab)
    sizes = {"vocab": vocab, "E": demb.shape[-1], "X.numel()": X.numel()}
    assert_close(actual, table_gradient(demb, X, vocab), name="dC", sizes=sizes)


@points(2)
@given(activation=activations())
def test_tanh_matches_autograd(submission, activation):
    """The gradient through tanh equals autograd's, from the output h alone, in float64 and in float32."""
    compare_tanh(submission, *activation)


@needs("test_tanh_matches_autograd")
def test_tanh_of_a_batch(submission, rng):
    """The gradient through tanh is as exact as float64 allows, for hidden units that are views of others, too."""
    for shape in ((5, 7), (3, 4, 2), (6,)):
        for _ in range(3):  # the arguments lie in memory in three ways
            compare_tanh(submission, normal(rng, *shape), torch.tanh(normal(rng, *shape)))


def test_tanh_leaves_arguments_unchanged(submission, rng):
    """tanh_backward leaves dh and h as they are, and torch's default dtype and global generator, too."""
    with undisturbed(submission, rng):
        answers = [assert_unchanged(submission.tanh_backward, dh, h.tanh()) for dh, h in normal(rng, 2, 2, 4, 3)]
    assert_responds(*answers, name="dhpreact")


@points(3)
@given(lookup=lookups())
def test_embedding_matches_autograd(submission, lookup):
    """The gradient of the table equals autograd's, also when a token occurs many times or never."""
    compare_tables(submission, *lookup)


@needs("test_embedding_matches_autograd")
def test_embedding_of_a_batch(submission, rng):
    """The gradient of the table is as exact as float64 allows, for contexts of several characters."""
    for shape in ((32, 3), (9,), (2, 3, 4)):
        for _ in range(2):  # the second shows an answer that was kept from the first
            _, X, vocab = random_lookup(rng, shape=shape, vocab=27, E=10)
            compare_tables(submission, normal(rng, *shape, 10).contiguous(), X, vocab)


@needs("test_embedding_matches_autograd")
def test_views(submission, rng):
    """demb and X may be views of other tensors, transposed in memory or with gaps: their table is right, too."""
    for shape in ((4, 5), (2, 3, 4)):
        demb, X, vocab = random_lookup(rng, shape=shape, vocab=7, E=3)
        for view in (spaced, transposed):
            compare_tables(submission, view(demb), X, vocab)
            compare_tables(submission, demb, view(X), vocab)


def test_embedding_leaves_arguments_unchanged(submission, rng):
    """embedding_backward leaves demb and X as they are, and torch's default dtype and global generator, too."""
    demb, X, vocab = random_lookup(rng, shape=(4, 5), vocab=7, E=3)
    with undisturbed(submission, rng):
        answers = [assert_unchanged(submission.embedding_backward, d, X, vocab) for d in (demb, 3 * demb)]
    assert_responds(*answers, name="dC")


@bonus
@needs("test_embedding_matches_autograd")
@limit(5)
def test_no_loop_over_rows(submission, rng):
    """Four million places take less than 5 seconds: no Python loop over them."""
    compare_tables(submission, *random_lookup(rng, shape=(1_000_000, 4), vocab=4, E=1))
