"""Checks of deepdive.layernorm: the layer and its gradients beside torch's own."""

import torch
import torch.nn.functional as F

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    needs,
    normal,
    points,
    type_in_words,
    undisturbed,
    uniform,
)

GRADIENTS = ("dx", "dg", "db")


def layer(rng, *shape, scale=1.0):
    """x of this shape, with a mean of its own in every example; g and b of its last axis; and a gradient from above."""
    x = normal(rng, *shape, scale=scale) + scale * normal(rng, *shape[:-1], 1)
    return x, uniform(rng, 1.5, 2.5, shape[-1]), normal(rng, shape[-1]), normal(rng, *shape)


def autograd(dout, x, g, eps):
    """(dx, dg, db) by torch's own layer."""
    x, g = x.clone().requires_grad_(), g.clone().requires_grad_()
    b = torch.zeros_like(g).requires_grad_()
    return torch.autograd.grad(F.layer_norm(x, g.shape, g, b, eps), (x, g, b), dout)


def batches(rng):
    """(layer, eps) of batches of rows, two of them on one x, with the default eps (None) and with one that counts."""
    x, g, b, dout = layer(rng, 7, 5)
    return (
        ((x, g, b, dout), None),
        ((x, g + 0.5, b - 1.5, dout), None),
        (layer(rng, 4, 6, scale=0.01), None),
        (layer(rng, 3, 8), float(uniform(rng, 0.2, 0.7))),
    )


def axes(rng):
    """(layer, eps) of other axes than rows have; some lie transposed, so that no view makes rows of them."""
    cases = [layer(rng, *shape) for shape in ((5,), (2, 3, 4), (3, 1, 2, 6), (4, 1))]
    return [((turned(x), g, b, turned(dout)), 0.3) for x, g, b, dout in cases]


def turned(tensor):
    """A copy that is the transpose of another tensor."""
    return tensor.transpose(0, -1).contiguous().transpose(0, -1)


def forward(submission, cases):
    """The outputs of these layers, all asked for before the first is compared."""
    answers = [submission.layernorm(x, g, b, *(() if eps is None else (eps,))) for (x, g, b, _), eps in cases]
    for ((x, g, b, _), eps), answer in zip(cases, answers, strict=True):
        expected = F.layer_norm(x, g.shape, g, b, 1e-5 if eps is None else eps)
        assert_close(answer, expected, name="layernorm(x, g, b)", sizes={"d": len(g)}, oracle="torch")


def backward(submission, cases, *names):
    """These of the three gradients of these layers, all asked for before the first is compared."""
    answers = [
        triple(submission.layernorm_backward(dout, x, g, *(() if eps is None else (eps,))))
        for (x, g, _, dout), eps in cases
    ]
    for ((x, g, _, dout), eps), answer in zip(cases, answers, strict=True):
        expected = autograd(dout, x, g, 1e-5 if eps is None else eps)
        for name, mine, right in zip(GRADIENTS, answer, expected, strict=True):
            if name in names:
                examples = x.numel() // len(g)
                assert_close(mine, right, name=name, sizes={"d": len(g), "examples": examples})


def triple(answer):
    """The three things that layernorm_backward must return."""
    check(
        isinstance(answer, tuple | list) and len(answer) == 3,
        f"layernorm_backward must return three tensors, dx, dg and db; {type_in_words(answer)} came.",
    )
    return answer


@points(2)
def test_forward(submission, rng):
    """The output equals torch's, for rows of any scale and with any eps."""
    forward(submission, batches(rng))


@needs("test_forward")
def test_forward_of_any_axes(submission, rng):
    """The output is right without leading axes, with two and with three of them, and for a single feature."""
    forward(submission, axes(rng))


@points(3)
def test_dx(submission, rng):
    """dx equals autograd's: it goes through the mean and the variance too."""
    backward(submission, batches(rng), "dx")


def test_dg_and_db(submission, rng):
    """dg and db equal autograd's: sums over the examples."""
    backward(submission, batches(rng), "dg", "db")


@needs("test_dx", "test_dg_and_db")
def test_backward_of_any_axes(submission, rng):
    """The gradients are right without leading axes, with two and with three of them, and for a single feature."""
    backward(submission, axes(rng), *GRADIENTS)


@needs("test_forward", "test_dx", "test_dg_and_db")
def test_float32(submission, rng):
    """float32 in, float32 out: the output, and all three gradients."""
    x, g, b, dout = layer(rng, 6, integer(rng, 3, 5))
    x32, g32, b32, dout32 = (tensor.float() for tensor in (x, g, b, dout))
    answers = submission.layernorm(x32, g32, b32), triple(submission.layernorm_backward(dout32, x32, g32))
    expected = F.layer_norm(x, g.shape, g, b).float(), tuple(tensor.float() for tensor in autograd(dout, x, g, 1e-5))
    assert_close(answers[0], expected[0], name="layernorm(x, g, b)", rtol=1e-4, oracle="torch")
    assert_close(tuple(answers[1]), expected[1], name=GRADIENTS, rtol=1e-4)


def test_features_of_dx_sum_to_zero(submission, rng):
    """The features of dx sum to 0 in every example, and dx follows dout."""
    x, g, _, dout = layer(rng, 6, 9)
    factor = float(uniform(rng, 2, 3))
    answers = [triple(submission.layernorm_backward(upstream, x, g))[0] for upstream in (dout, factor * dout)]
    for dx in answers:
        check(
            isinstance(dx, torch.Tensor) and dx.shape == x.shape and dx.is_floating_point(),
            f"dx must be a tensor of the shape of x, here (6, 9); {type_in_words(dx)} came.",
        )
        check(bool((dx.abs().sum(-1) > 1e-3).all()), "dx is zero for a whole example: nothing would be learned.")
        check(
            bool((dx.sum(-1).abs() < 1e-5 * dx.abs().sum(-1)).all()),
            "The features of dx do not sum to 0. Adding a number to all features of an example changes nothing behind "
            "the layer, so that their gradients must cancel.",
        )
    first, second = (dx.double() for dx in answers)
    check(
        torch.allclose(second, factor * first, rtol=1e-4),
        f"With dout {factor:.3g} times as large, dx must be {factor:.3g} times as large too.",
    )


def test_arguments_stay_as_they_are(submission, rng):
    """All arguments stay as they are, and so do torch's default dtype and global generator."""
    layers = [layer(rng, 4, 3) for _ in range(2)]
    with undisturbed(submission, rng):
        outputs = [assert_unchanged(submission.layernorm, x, g, b) for x, g, b, _ in layers]
        gradients = [assert_unchanged(submission.layernorm_backward, dout, x, g) for x, g, _, dout in layers]
    assert_responds(*outputs, name="layernorm(x, g, b)")
    assert_responds(*gradients, name=", ".join(GRADIENTS))
