"""What the hidden checks of three exercises of lecture5 demand, as plain functions that any other grader can call.

Each is the check of the same name in `tests/hidden/lecture5`: as many random inputs of the same kind and sizes, torch's
autograd as the oracle, the same tolerances. Where a check searches with Hypothesis, thirty inputs are drawn here by
torch alone, which costs less: no peer pays for a library that only this course wants. Nothing of the grader's is
imported, for this file runs in the environments of others, beside a settings.json that says which exercises are meant.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch.nn import functional as F

torch.set_num_threads(1)  # as for the grader: tensors this small gain nothing from a second core

EXAMPLES = 30  # as many as the grader's own profile of Hypothesis has


def generator() -> torch.Generator:
    """A generator for one demand, seeded afresh."""
    fresh = torch.Generator()
    fresh.seed()
    return fresh


def transposed(tensor):
    return tensor.mT.contiguous().mT if tensor.ndim > 1 else tensor


def spaced(tensor):
    return torch.stack([tensor, tensor], -1)[..., 0]


LAYOUTS = itertools.cycle((torch.Tensor.contiguous, transposed, spaced))


def normal(rng, *shape, scale=1.0):
    """Normal numbers in float64; two of three draws are views of other tensors."""
    return next(LAYOUTS)(scale * torch.randn(shape, generator=rng, dtype=torch.float64))


def integers(rng, low, high, *shape):
    return torch.randint(low, high + 1, shape, generator=rng)


def integer(rng, low, high):
    return int(integers(rng, low, high))


def halves(rng, *shape, most=4.0, dtype=torch.float64):
    """Numbers that are as exact in float32 as in float64."""
    return integers(rng, int(-2 * most), int(2 * most), *shape).to(dtype) / 2


def a_dtype(rng):
    return (torch.float64, torch.float32)[integer(rng, 0, 1)]


def close(actual, expected, rtol=1e-9, atol=1e-12):
    """Demand type, shape, dtype and values, to a tolerance relative to the largest expected number."""
    if isinstance(expected, tuple):
        assert isinstance(actual, tuple | list), f"a tuple is wanted, not {type(actual).__name__}"
        assert len(actual) == len(expected), f"{len(expected)} tensors are wanted, not {len(actual)}"
        for one, other in zip(actual, expected, strict=True):
            close(one, other, rtol, atol)
        return
    assert isinstance(actual, torch.Tensor), f"a tensor is wanted, not {type(actual).__name__}"
    assert actual.shape == expected.shape, f"shape {tuple(actual.shape)}; wanted {tuple(expected.shape)}"
    assert actual.dtype == expected.dtype, f"dtype {actual.dtype}; wanted {expected.dtype}"
    limit = rtol * float(expected.abs().max()) + atol
    furthest = float((actual - expected).abs().max())
    assert furthest <= limit, f"differs by {furthest:.3g}; {limit:.3g} is allowed"


def unchanged(function, *arguments):
    """Call a function and demand that its arguments are as before."""
    before = [a.clone() if isinstance(a, torch.Tensor) else a for a in arguments]
    answer = function(*arguments)
    for one, other in zip(before, arguments, strict=True):
        assert torch.equal(one, other) if isinstance(one, torch.Tensor) else one == other, "an argument was modified"
    return answer


def responds(first, second):
    """Demand that the answers to two inputs are finite and differ."""
    flat = [torch.cat([t.flatten() for t in a]) if isinstance(a, tuple | list) else a for a in (first, second)]
    assert all(isinstance(a, torch.Tensor) and bool(a.isfinite().all()) for a in flat), "the answer must be finite"
    assert not torch.equal(*flat), "the answer is the same for two different inputs"


@contextmanager
def undisturbed() -> Iterator[None]:
    """Demand that torch's default dtype and global generator stay as they are."""
    dtype, state = torch.get_default_dtype(), torch.get_rng_state()
    yield
    assert torch.get_default_dtype() == dtype, "torch's default dtype was changed"
    assert torch.equal(torch.get_rng_state(), state), "torch's global generator was used"


# lecture5.cross_entropy


def ce_compare(submission, logits, targets, rtol=1e-9, atol=1e-12):
    leaf = logits.double().clone().requires_grad_()
    expected = torch.autograd.grad(F.cross_entropy(leaf, targets), leaf)[0].to(logits.dtype)
    close(submission.cross_entropy_backward(logits, targets), expected, rtol, atol)


def ce_batch(rng, N, C, scale=3.0):
    return normal(rng, N, C, scale=scale).contiguous(), integers(rng, 0, C - 1, N)


def ce_extreme(rng):
    logits = normal(rng, 6, 5).contiguous()
    logits[:2] += 1e4
    logits[2:4] -= 1e4
    logits[4:, :3] += 1e4
    logits[4:, 3:] -= 1e4
    targets = integers(rng, 0, 4, 6)
    targets[4], targets[5] = integer(rng, 0, 2), integer(rng, 3, 4)
    return logits, targets


def ce_matches_autograd(submission, rng):
    for _ in range(EXAMPLES):
        N, C = integer(rng, 1, 6), integer(rng, 2, 6)
        ce_compare(submission, halves(rng, N, C), integers(rng, 0, C - 1, N))


def ce_batches_of_the_lecture(submission, rng):
    for _ in range(3):
        ce_compare(submission, *ce_batch(rng, 32, 27))


def ce_views(submission, rng):
    logits, targets = ce_batch(rng, 4, 5)
    ce_compare(submission, spaced(logits), torch.stack([targets, targets], -1)[:, 0])
    ce_compare(submission, logits.T.contiguous().T, targets)


def ce_each_row_pulls_up_its_target(submission, rng):
    logits, targets = ce_batch(rng, 7, 5, scale=1.0)
    dlogits, other = (submission.cross_entropy_backward(x, targets) for x in (logits, -logits))
    responds(dlogits, other)
    assert dlogits.shape == (7, 5), "dlogits must have the shape of the logits"
    assert bool((dlogits.sum(1).abs() < 1e-6 * dlogits.abs().sum(1)).all()), "a row does not sum to zero"
    is_target = F.one_hot(targets, 5).bool()
    assert bool((dlogits[is_target] < 0).all()), "the gradient at the target must be negative"
    assert bool((dlogits[~is_target] > 0).all()), "the gradient away from the target must be positive"


def ce_large_logits(submission, rng):
    ce_compare(submission, *ce_extreme(rng))


def ce_float32(submission, rng):
    for N, C in ((5, 7), (1, 2)):
        logits, targets = ce_batch(rng, N, C)
        ce_compare(submission, logits.float(), targets, rtol=1e-5, atol=1e-6 / N)
    logits, targets = ce_extreme(rng)
    ce_compare(submission, logits.float(), targets, rtol=2e-3)


def ce_arguments_stay_as_they_are(submission, rng):
    batches = [ce_batch(rng, 4, 3) for _ in range(2)]
    with undisturbed():
        answers = [unchanged(submission.cross_entropy_backward, *batch) for batch in batches]
    responds(*answers)


# lecture5.linear


def linear_compare(submission, dout, x, W):
    actual = submission.linear_backward(dout, x, W)
    x, W = x.clone().requires_grad_(), W.clone().requires_grad_()
    b = torch.zeros(W.shape[1], dtype=W.dtype, requires_grad=True)
    close(actual, torch.autograd.grad(x @ W + b, (x, W, b), dout))


def linear_layer(rng, axes):
    n_in, n_out = (torch.randperm(4, generator=rng)[:2] + 5).tolist()
    return [halves(rng, *shape) for shape in ((*axes, n_out), (*axes, n_in), (n_in, n_out))]


def linear_matches_autograd(submission, rng):
    for _ in range(EXAMPLES):
        N, n_in, n_out, dtype = *(integer(rng, 1, 3) for _ in range(3)), a_dtype(rng)
        shapes = ((N, n_out), (N, n_in), (n_in, n_out))
        linear_compare(submission, *(halves(rng, *shape, dtype=dtype) for shape in shapes))


def linear_layer_of_the_lecture(submission, rng):
    for _ in range(2):
        shapes = ((32, 64), (32, 30), (30, 64))
        linear_compare(submission, *(normal(rng, *shape).contiguous() for shape in shapes))


def linear_any_leading_axes(submission, rng):
    for axes in ((2, 3, 4), (3, 2), ()):
        dout, x, W = linear_layer(rng, axes)
        rows, dout_rows = x.reshape(-1, x.shape[-1]), dout.reshape(-1, dout.shape[-1])
        order = torch.randperm(len(rows), generator=rng)
        answers = [submission.linear_backward(d[order], rows[order], W) for d in (dout_rows, 3 * dout_rows)]
        responds(*answers)
        dx, dW, db = answers[0]
        assert dx.shape == rows.shape, "dx must have the shape of x"
        close(submission.linear_backward(dout, x, W), (dx[order.argsort()].reshape(x.shape), dW, db))


def linear_views(submission, rng):
    for _ in range(EXAMPLES):
        B, T, n_in, n_out = (integer(rng, 2, 3) for _ in range(4))
        shapes = ((B, T, n_out), (B, T, n_in), (n_in, n_out))
        dout, x, W = (next(LAYOUTS)(halves(rng, *shape)) for shape in shapes)
        linear_compare(submission, dout[:1].expand(dout.shape) if integer(rng, 0, 1) else dout, x, W)


def linear_arguments_are_unchanged(submission, rng):
    layer = linear_layer(rng, (4,))
    with undisturbed():
        answers = [unchanged(submission.linear_backward, *a) for a in (layer, [2 * a + 1 for a in layer])]
    responds(*answers)


# lecture5.tanh_embedding


def tanh_compare(submission, dh, h):
    hpreact = torch.atanh(h).requires_grad_()
    close(submission.tanh_backward(dh, h), torch.autograd.grad(torch.tanh(hpreact), hpreact, dh)[0])


def table_compare(submission, demb, X, vocab):
    C = torch.zeros(vocab, demb.shape[-1], dtype=demb.dtype, requires_grad=True)
    close(submission.embedding_backward(demb, X, vocab), torch.autograd.grad(F.embedding(X, C), C, demb)[0])


def table_lookup(rng, *, shape, vocab, E):
    return halves(rng, *shape, E), integers(rng, 1, vocab - 2, *shape), vocab


def a_shape(rng):
    return [integer(rng, 1, 3) for _ in range(integer(rng, 1, 2))]


def tanh_matches_autograd(submission, rng):
    for _ in range(EXAMPLES):
        shape, dtype = a_shape(rng), a_dtype(rng)
        tanh_compare(submission, halves(rng, *shape, dtype=dtype), halves(rng, *shape, most=1.0, dtype=dtype))


def tanh_of_a_batch(submission, rng):
    for shape in ((5, 7), (3, 4, 2), (6,)):
        for _ in range(3):
            tanh_compare(submission, normal(rng, *shape), torch.tanh(normal(rng, *shape)))


def tanh_leaves_arguments_unchanged(submission, rng):
    with undisturbed():
        answers = [unchanged(submission.tanh_backward, dh, h.tanh()) for dh, h in normal(rng, 2, 2, 4, 3)]
    responds(*answers)


def embedding_matches_autograd(submission, rng):
    for _ in range(EXAMPLES):
        vocab, E, shape = integer(rng, 2, 5), integer(rng, 1, 2), a_shape(rng)
        X = integers(rng, integer(rng, 0, 1), vocab - 1, *shape)
        table_compare(submission, halves(rng, *shape, E, dtype=a_dtype(rng)), X, vocab)


def embedding_of_a_batch(submission, rng):
    for shape in ((32, 3), (9,), (2, 3, 4)):
        for _ in range(2):
            _, X, vocab = table_lookup(rng, shape=shape, vocab=27, E=10)
            table_compare(submission, normal(rng, *shape, 10).contiguous(), X, vocab)


def embedding_views(submission, rng):
    for shape in ((4, 5), (2, 3, 4)):
        demb, X, vocab = table_lookup(rng, shape=shape, vocab=7, E=3)
        for view in (spaced, transposed):
            table_compare(submission, view(demb), X, vocab)
            table_compare(submission, demb, view(X), vocab)


def embedding_leaves_arguments_unchanged(submission, rng):
    demb, X, vocab = table_lookup(rng, shape=(4, 5), vocab=7, E=3)
    with undisturbed():
        answers = [unchanged(submission.embedding_backward, d, X, vocab) for d in (demb, 3 * demb)]
    responds(*answers)


def embedding_of_four_million_places(submission, rng):
    table_compare(submission, *table_lookup(rng, shape=(1_000_000, 4), vocab=4, E=1))


Demand = Callable[[object, torch.Generator], None]

# Each exercise's demands, and which one must hold before another is worth a look.
_ALL: dict[str, dict[Demand, Demand | None]] = {
    "cross_entropy": {
        ce_matches_autograd: None,
        ce_batches_of_the_lecture: ce_matches_autograd,
        ce_views: ce_matches_autograd,
        ce_each_row_pulls_up_its_target: None,
        ce_large_logits: ce_matches_autograd,
        ce_float32: ce_large_logits,
        ce_arguments_stay_as_they_are: None,
    },
    "linear": {
        linear_matches_autograd: None,
        linear_layer_of_the_lecture: linear_matches_autograd,
        linear_any_leading_axes: None,
        linear_views: linear_any_leading_axes,
        linear_arguments_are_unchanged: None,
    },
    "tanh_embedding": {
        tanh_matches_autograd: None,
        tanh_of_a_batch: tanh_matches_autograd,
        tanh_leaves_arguments_unchanged: None,
        embedding_matches_autograd: None,
        embedding_of_a_batch: embedding_matches_autograd,
        embedding_views: embedding_matches_autograd,
        embedding_leaves_arguments_unchanged: None,
        embedding_of_four_million_places: embedding_matches_autograd,
    },
}

_SETTINGS = json.loads(Path(__file__).with_name("settings.json").read_text())
SECONDS: int = _SETTINGS["seconds"]  # the time-out of one demand
DEMANDS = {exercise: _ALL[exercise] for exercise in _SETTINGS["exercises"]}

if __name__ == "__main__":
    print(json.dumps({exercise: [demand.__name__ for demand in demands] for exercise, demands in DEMANDS.items()}))
