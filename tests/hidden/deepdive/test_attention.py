"""Checks of deepdive.attention: beside torch's scaled dot-product attention, with every kind of mask."""

import hypothesis.strategies as st
import numpy as np
import torch
import torch.nn.functional as F
from hypothesis import given

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    library,
    needs,
    new_seed,
    normal,
    points,
    strategies,
    type_in_words,
    uniform,
)

NAMES = ("output", "weights")


def arguments(rng, T, d_model, d_k, d_v, scale=1.0):
    """(X, Wq, Wk, Wv), with scores of scale**2."""
    return (
        normal(rng, T, d_model, scale=scale / d_model**0.5),
        normal(rng, d_model, d_k),
        normal(rng, d_model, d_k, scale=scale / d_k**0.5 * 2),
        normal(rng, d_model, d_v),
    )


def oracle(X, Wq, Wk, Wv, mask=None):
    """(output, weights): by torch's attention, and by torch's softmax."""
    X, Wq, Wk, Wv = (torch.from_numpy(np.array(array)) for array in (X, Wq, Wk, Wv))
    mask = None if mask is None else torch.from_numpy(np.array(mask))
    q, k, v = X @ Wq, X @ Wk, X @ Wv
    output = F.scaled_dot_product_attention(q[None], k[None], v[None], attn_mask=mask)[0]
    weights = torch.softmax(q @ k.T / q.shape[-1] ** 0.5 + (0 if mask is None else mask), -1)
    return output.numpy(), weights.numpy()


def pair(answer):
    """The two things that self_attention must return."""
    check(
        isinstance(answer, tuple | list) and len(answer) == 2,
        f"self_attention must return two arrays, output and weights; {type_in_words(answer)} came.",
    )
    return tuple(answer)


def compare(submission, cases, rtol=1e-9):
    """output and weights of these arguments, all asked for before the first is compared."""
    answers = [pair(submission.self_attention(*case)) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        X, Wq, _, Wv = case[:4]
        sizes = {"T": len(X), "d_model": X.shape[1], "d_k": Wq.shape[1], "d_v": Wv.shape[1]}
        assert_close(answer, oracle(*case), name=NAMES, sizes=sizes, oracle="torch", rtol=rtol)


def causal(T):
    """0 and minus infinity."""
    return np.where(np.arange(T)[:, None] >= np.arange(T), 0.0, -np.inf)


def test_causal_mask(submission, rng):
    """causal_mask(T) has 0 on and below the diagonal, and minus infinity above it, for T from 1 on."""
    lengths = [integer(rng, 4, 9), 1, 2, integer(rng, 10, 20)]
    answers = [submission.causal_mask(T) for T in lengths]
    for T, answer in zip(lengths, answers, strict=True):
        check(
            isinstance(answer, np.ndarray) and answer.shape == (T, T) and answer.dtype == np.float64,
            f"causal_mask({T}) must be an array of float64 of shape ({T}, {T}); {in_words(answer)} came.",
        )
        expected = causal(T)
        wrong = np.argwhere(answer != expected)
        if len(wrong):
            i, j = map(int, wrong[0])
            check(False, f"causal_mask({T})[{i}, {j}] is {answer[i, j]:g}; {expected[i, j]:g} is wanted.")


def in_words(answer):
    """The shape and dtype of an array, or what else it is."""
    return f"{answer.shape} of {answer.dtype}" if isinstance(answer, np.ndarray) else type_in_words(answer)


@points(2)
def test_without_a_mask(submission, rng):
    """Without a mask every token sees every other: output and weights equal those of torch's attention."""
    compare(submission, [arguments(rng, 5, 7, 3, 4), arguments(rng, 4, 2, 6, 3)])


@points(2)
@needs("test_without_a_mask")
def test_with_a_mask(submission, rng):
    """The mask is added to the scaled scores: minus infinity hides a token, and finite numbers count."""
    T, hidden = 6, np.where(uniform(rng, 0, 1, 6, 6) < 0.4, -np.inf, 0.0)
    np.fill_diagonal(hidden, 0.0)  # something is left to see
    finite = np.where(np.isinf(hidden), hidden, normal(rng, T, T))
    masks = (causal(T), hidden, finite, normal(rng, T, T))
    compare(submission, [(*arguments(rng, T, 4, 3, 5), mask) for mask in masks])


@needs("test_with_a_mask")
def test_large_scores(submission, rng):
    """Output and weights are finite and right for scores of several thousand, also where the largest are hidden."""
    cases = []
    for mask in (None, causal(7)):
        X, Wq, Wk, Wv = arguments(rng, 7, 5, 3, 2, scale=40.0)
        cases.append((X, Wq, Wk, Wv) if mask is None else (X, Wq, Wk, Wv, mask))
    # A query of 100 and a key of 100 give a score of 10,000, and with a key of -100 one of -10,000.
    key = np.array([[-100.0], [100.0], [-99.0]])
    X = np.concatenate([np.full((3, 1), 100.0), key, normal(rng, 3, 1)], 1)
    one = np.eye(3)
    cases.append((X, one[:, :1].copy(), one[:, 1:2].copy(), one[:, 1:].copy(), causal(3)))
    compare(submission, cases, rtol=1e-8)


@st.composite
def sequences(draw):
    """Arguments of halves, from one token of one number upwards, with a mask that leaves the token itself."""
    T, d_model, d_k, d_v = (draw(strategies.sizes(1, 4)) for _ in range(4))
    shapes = (T, d_model), (d_model, d_k), (d_model, d_k), (d_model, d_v)
    arrays = [draw(strategies.tensors(shape, min_value=-2, max_value=2)).numpy() for shape in shapes]
    mask = np.array(draw(st.lists(st.sampled_from([0.0, -np.inf, 1.5]), min_size=T * T, max_size=T * T))).reshape(T, T)
    np.fill_diagonal(mask, 0.5)
    return (*arrays, mask)


@needs("test_with_a_mask")
@given(sequence=sequences())
def test_any_sizes(submission, sequence):
    """Output and weights are right for any sizes, from one token of one number upwards."""
    assert_close(pair(submission.self_attention(*sequence)), oracle(*sequence), name=NAMES, oracle="torch")


def test_nobody_looks_ahead(submission, rng):
    """Under a causal mask, what a token gathers does not change with later tokens, and does with earlier ones."""
    T = 6
    X, Wq, Wk, Wv = arguments(rng, T, 4, 5, 3)
    rounds = []
    for behind in rng.permutation([True, False] * 5):
        t, changed = integer(rng, 2, 4), X.copy()
        tokens = slice(t, T) if behind else slice(0, t)
        changed[tokens] = normal(rng, *changed[tokens].shape)
        rounds.append((bool(behind), t, changed))
    before, *after = (
        output_of(submission.self_attention(x, Wq, Wk, Wv, causal(T)), T) for x in (X, *[r[2] for r in rounds])
    )
    check(all(output.shape == before.shape for output in after), "output must have one shape for one set of sizes.")
    for (behind, t, _), output in zip(rounds, after, strict=True):
        check(bool(np.isfinite(output).all()), "There are numbers in output that are infinite, or NaN.")
        same = [bool(np.allclose(output[i], before[i], rtol=1e-6, atol=1e-9)) for i in range(T)]
        if behind:
            late = f"The mask hides what comes later, and yet the output of token {{}} changes with those from {t} on."
            check(all(same[:t]), late.format(same.index(False) if False in same else ""))
            check(
                not same[-1], f"The output of the last token does not change with it and those before, {t} to {T - 1}."
            )
        else:
            check(not same[0], "The output of token 0 does not change with token 0: it must see itself.")
            check(
                not same[-1], f"The output of the last token does not change with tokens 0 to {t - 1}, which it sees."
            )


def output_of(answer, T):
    """output, whatever else has come with it."""
    output = answer[0] if isinstance(answer, tuple | list) and answer else answer
    check(
        isinstance(output, np.ndarray) and output.ndim == 2 and len(output) == T and output.dtype.kind == "f",
        f"output must be an array of floats with a row for each of {T} tokens; {in_words(output)} came.",
    )
    return output


def test_arguments_stay_as_they_are(submission, rng):
    """No argument is modified, the mask included, and NumPy's global generator is left alone."""
    everybodys, seed = library(submission, "numpy.random"), new_seed(rng)
    everybodys.seed(seed)
    for mask in (normal(rng, 5, 5), None):
        answers = [assert_unchanged(submission.self_attention, *arguments(rng, 5, 4, 3, 2), mask) for _ in range(2)]
        assert_responds(*answers, name="self_attention(X, Wq, Wk, Wv, mask)")
    check(
        everybodys.random() == np.random.RandomState(seed).random(),
        "NumPy's global generator is used or seeded; nothing here is random.",
    )
