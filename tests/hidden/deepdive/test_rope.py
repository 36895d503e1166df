"""Checks of deepdive.rope: rotations, by torch's own complex numbers, and what attention is to see of them."""

import torch

from grader.checks import (
    assert_close,
    assert_raises,
    assert_responds,
    assert_unchanged,
    bonus,
    check,
    integer,
    needs,
    normal,
    points,
    record_curve,
    uniform,
    vjp,
)

D, S = torch.float64, torch.float32


def turned(x, positions, base=10_000.0):
    """What is right: each pair as a complex number, times one of length 1."""
    d = x.shape[-1]
    freqs = torch.tensor([base ** (-2 * i / d) for i in range(d // 2)], dtype=D)
    factor = torch.polar(torch.ones(len(positions), d // 2, dtype=D), torch.outer(positions.double(), freqs))
    pairs = torch.view_as_complex(x.double().contiguous().unflatten(-1, (-1, 2)))
    return torch.view_as_real(pairs * factor).flatten(-2).to(x.dtype)


def some_positions(rng, T, most=60):
    """Different positions from 1 on, in no order."""
    return torch.randperm(most, generator=rng)[:T] + 1


def ask(submission, x, positions, *base):
    """A turned x that can be computed with."""
    out = submission.apply_rope(x, positions, *base)
    check(
        isinstance(out, torch.Tensor) and out.shape == x.shape and out.dtype in (D, S),
        f"apply_rope must return a tensor of the shape and dtype of x, {tuple(x.shape)}.",
    )
    return out


@points(2)
def test_only_the_distance_counts(submission, rng):
    """The product of a turned query and a turned key depends on the distance of their positions, and on it alone."""
    d = 2 * integer(rng, 3, 5)
    q, k = normal(rng, d), normal(rng, d)
    first, step = integer(rng, 3, 9), integer(rng, 11, 17)
    near = torch.tensor([first, first + 1, first + 2, first + 4, first + 7])
    far = near + step
    sets = [ask(submission, x.expand(5, d).contiguous(), at) for x in (q, k) for at in (near, far)]
    q_near, q_far, k_near, k_far = (out.double() for out in sets)
    here, there = q_near @ k_near.T, q_far @ k_far.T  # (5, 5), one for each pair of positions
    offsets = [near[i] - near[j] for i in range(5) for j in range(5)]
    right = [float((turned(q[None], torch.tensor([40 + n])) @ k_at_40(k)).squeeze()) for n in range(-7, 8)]
    mean = [
        float(torch.stack([here[n // 5, n % 5] for n, at in enumerate(offsets) if at == off]).mean())
        for off in range(-7, 8)
        if off in offsets
    ]
    kept = [right[off + 7] for off in range(-7, 8) if off in offsets]
    record_curve("q · k by the distance m − n", mean, reference=kept)
    scale = float(q.norm() * k.norm())
    check(
        bool((here - there).abs().max() < 1e-4 * scale),
        f"Moved on by {step} positions, both of them, a query and a key have another product: it must not change.",
    )
    apart = here[0]  # distances 0, 1, 2, 4 and 7
    check(
        all(abs(float(apart[i] - apart[j])) > 1e-6 * scale for i in range(5) for j in range(i)),
        "The product of a query and a key is the same for two of the distances 0, 1, 2, 4 and 7: it must change.",
    )


def k_at_40(k):
    """The key, turned by 40, as a column."""
    return turned(k[None], torch.tensor([40])).T


def test_position_zero(submission, rng):
    """At position 0 nothing is turned, and at others something is."""
    d = 2 * integer(rng, 2, 5)
    x, positions = normal(rng, 5, d), torch.tensor([4, 0, 9, 2, 0])
    ask(submission, normal(rng, 5, d), some_positions(rng, 5))  # asked for and not compared
    out = ask(submission, x, positions).double()
    assert_close(out[[1, 4]], x[[1, 4]], name="the tokens at position 0", rtol=1e-6, oracle="as they were")
    for row in (0, 2, 3):
        assert_responds(out[row], x[row], name=f"the token at position {int(positions[row])}, turned or not,")


@points(3)
@needs("test_only_the_distance_counts", "test_position_zero")
def test_rotation(submission, rng):
    """Each pair of neighbours is turned by positions[t] · base^(−2i/d), as a complex number times another is."""
    shapes = ((5, 2 * integer(rng, 3, 5)), (2, 7, 6), (3, 2), (1, 4, 16), (1, 8))
    cases = [(normal(rng, *shape, scale=1.5), some_positions(rng, shape[-2])) for shape in shapes]
    cases.append((normal(rng, 4, 6), torch.arange(4)))
    cases.append((normal(rng, 4, 6), torch.tensor([3, 3, 1, 3])))
    for case in cases:
        submission.apply_rope(*case)
    for x, positions in cases:
        out = submission.apply_rope(x, positions)
        assert_close(out, turned(x, positions), name="the turned x", rtol=2e-5, oracle="complex numbers")


@needs("test_rotation")
def test_heads(submission, rng):
    """Any leading axes: with batch and heads, (B, H, T, d), positions still go with the axis before the last."""
    for shape in ((2, 3, 5, 6), (4, 2, 4, 8), (2, 1, 3, 2, 4)):
        x, positions = normal(rng, *shape), some_positions(rng, shape[-2])
        out = submission.apply_rope(x, positions)
        assert_close(out, turned(x, positions), name="the turned x", rtol=2e-5, oracle="complex numbers")


@needs("test_rotation")
def test_base(submission, rng):
    """The frequencies follow the base: with another one all pairs but the first turn at another pace."""
    cases = []
    for base in (500_000.0, 100, float(uniform(rng, 2.0, 50.0))):
        T, d = integer(rng, 3, 5), 2 * integer(rng, 3, 5)
        cases.append((normal(rng, T, d), some_positions(rng, T), base))
    for x, positions, base in cases:
        out = submission.apply_rope(x, positions, base)
        assert_close(out, turned(x, positions, base), name="the turned x", rtol=2e-5, oracle="complex numbers")


@needs("test_rotation")
def test_float32(submission, rng):
    """A float32 x comes back as float32."""
    for shape in ((5, 8), (2, 4, 6)):
        x, positions = normal(rng, *shape).to(S), some_positions(rng, shape[-2])
        out = submission.apply_rope(x, positions)
        assert_close(out, turned(x, positions), name="the turned x", rtol=2e-5, oracle="complex numbers")


@needs("test_position_zero")
def test_odd(submission, rng):
    """An odd d raises ValueError, since there is nothing to pair the last number with; an even one does not."""
    answers = [ask(submission, normal(rng, 3, d), some_positions(rng, 3)) for d in (4, 6)]
    check(bool((answers[0] != answers[1][:, :4]).any()), "The answer must depend on x.")
    for d in (3, 5, 1):
        assert_raises(ValueError, submission.apply_rope, normal(rng, 3, d), some_positions(rng, 3), why=f"d is {d}")
        ask(submission, normal(rng, 2, d + 1), some_positions(rng, 2))


@needs("test_rotation")
def test_gradient(submission, rng):
    """Gradients flow back to x, turned the other way."""
    x, positions, upstream = normal(rng, 3, 5, 6), some_positions(rng, 5), normal(rng, 3, 5, 6)
    _, (dx, _), _ = vjp(submission.apply_rope, (x, positions), upstream)
    leaf = x.clone().requires_grad_()
    right = torch.autograd.grad(turned(leaf, positions), leaf, upstream)[0]
    assert_close(dx, right, name="dx", rtol=2e-5)


@needs("test_rotation")
def test_arguments_stay_as_they_are(submission, rng):
    """x and positions stay as they are, and one call leaves nothing behind for the next."""
    answers = []
    for shape in ((4, 6), (6, 6), (2, 4, 6)):
        x, positions = normal(rng, *shape).contiguous(), some_positions(rng, shape[-2])
        answers.append(assert_unchanged(submission.apply_rope, x, positions))
        assert_close(answers[-1], turned(x, positions), name="the turned x", rtol=2e-5, oracle="complex numbers")
    assert_responds(answers[0], answers[1], name="the turned x")
    x = normal(rng, 3, 6)
    for positions in (torch.tensor([2, 5, 3]), some_positions(rng, 3), torch.tensor([1, 2, 4])):
        out = submission.apply_rope(x, positions)
        assert_close(out, turned(x, positions), name="the turned x", rtol=2e-5, oracle="complex numbers")


@bonus
@needs("test_rotation")
def test_far_away(submission, rng):
    """In float64 the angles are exact to the last digits, at position 100,000 too."""
    x, positions = normal(rng, 3, 8), 100_000 + some_positions(rng, 3)
    assert_close(
        submission.apply_rope(x, positions), turned(x, positions), name="the turned x", rtol=1e-9, oracle="complex"
    )
