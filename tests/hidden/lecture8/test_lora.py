"""Checks of lecture8.lora: what trains, where it starts, what it computes, and what merging leaves behind."""

import torch
import torch.nn.functional as F

from grader.checks import (
    assert_close,
    assert_equal,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    library,
    needs,
    new_seed,
    new_state,
    normal,
    points,
    requires_grad,
    uniform,
    vjp,
)

ORACLE = "by the formula"


def frozen(submission, weight, bias=None):
    """torch's linear layer with these parameters, where the submission runs."""
    nn = library(submission, "torch.nn")
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None).to(weight.dtype)
    layer.load_state_dict({"weight": weight} if bias is None else {"weight": weight, "bias": bias})
    return layer


def drawn(rng, bias=True, dtype=torch.float64):
    """(weight, bias or None, A, B, alpha): sizes that all differ, alpha / r away from 0 and 1."""
    r, i, o = integer(rng, 2, 3), integer(rng, 4, 6), integer(rng, 7, 9)
    alpha = r * float(uniform(rng, 1.5, 3.5))
    tensors = normal(rng, o, i), normal(rng, o), normal(rng, r, i), normal(rng, o, r)
    weight, b, A, B = (tensor.to(dtype) for tensor in tensors)
    return weight, b if bias else None, A, B, alpha


def adapted(submission, weight, bias, A, B, alpha):
    """The learner's module with these tensors."""
    layer = submission.LoRALinear(frozen(submission, weight, bias), len(A), alpha)
    layer.load_state_dict({"A": A, "B": B}, strict=False)
    return layer


def acting(weight, A, B, alpha):
    """The weight that acts."""
    return weight + alpha / len(A) * torch.einsum("or,ri->oi", B, A)


def seed_worker(submission, rng):
    """Seed the generator that torch.randn draws from, so that known wrong answers draw the same."""
    library(submission, "torch").manual_seed(new_seed(rng))


def parameters(submission, layer):
    """All parameters by name, as they are."""
    found = library(submission, "builtins").dict(layer.named_parameters())
    check(isinstance(found, dict), "LoRALinear must be an nn.Module, with parameters by name.")
    return found


@points(2)
def test_new_parameters(submission, rng):
    """The module holds linear, and A (r, in) and B (out, r): parameters, in the dtype of the layer's weight."""
    seen = []
    for dtype in (torch.float64, torch.float32, torch.float64):
        weight, bias, A, B, alpha = drawn(rng, dtype=dtype)
        seed_worker(submission, rng)
        layer = submission.LoRALinear(frozen(submission, weight, bias), len(A), alpha)
        found = parameters(submission, layer)
        for name, like in (("A", A), ("B", B)):
            tensor = found.get(name)
            check(
                isinstance(tensor, torch.Tensor),
                f"{name} is not among the module's parameters, so no optimizer would train it: use nn.Parameter.",
            )
            assert_equal(tuple(tensor.shape), tuple(like.shape), name=f"the shape of {name}")
            check(tensor.dtype == dtype, f"{name} must be {dtype} where the layer's weight is; it is {tensor.dtype}.")
        seen.append(layer.linear.weight)
        assert_close(seen[-1], weight, name="linear.weight", oracle="as passed in")
    assert_responds(seen[0], seen[2], name="linear.weight")


@points(2)
@needs("test_new_parameters")
def test_what_trains(submission, rng):
    """A and B train and nothing else does: the layer's weight and its bias are frozen."""
    seen = []
    for _ in range(2):
        weight, bias, A, _, alpha = drawn(rng)
        linear = frozen(submission, weight, bias)
        seed_worker(submission, rng)
        layer = submission.LoRALinear(linear, len(A), alpha)
        trained = sorted(name for name, tensor in parameters(submission, layer).items() if requires_grad(tensor))
        theirs = [name for name, tensor in parameters(submission, linear).items() if requires_grad(tensor)]
        seen.append(layer.linear.weight)
        check(
            trained == ["A", "B"] and not theirs,
            f"What requires a gradient is {', '.join(trained) or 'nothing'}"
            + (f", and {', '.join(theirs)} of the layer that was passed in" if theirs else "")
            + "; it must be A and B alone.",
        )
    assert_responds(*seen, name="linear.weight")


@points(3)
@needs("test_new_parameters")
def test_forward(submission, rng):
    """The output is linear(x) + (alpha / r) · x @ A.T @ B.T, for any leading axes and any alpha."""
    cases = [(drawn(rng), leading) for leading in ((), (6,), (2, 3), (2, 1, 3))]
    cases += [((*drawn(rng)[:-1], alpha), (4,)) for alpha in (0.5, 7)]
    xs = [normal(rng, *leading, case[0].shape[1]) for case, leading in cases]
    answers = [adapted(submission, *case)(x) for (case, _), x in zip(cases, xs, strict=True)]
    for answer, ((weight, bias, A, B, alpha), _), x in zip(answers, cases, xs, strict=True):
        sizes = {"in": weight.shape[1], "out": len(weight), "r": len(A), "alpha": alpha}
        expected = F.linear(x, acting(weight, A, B, alpha), bias)
        assert_close(answer, expected, name="y", oracle=ORACLE, sizes=sizes)


@points(2)
@needs("test_forward")
def test_starts_as_no_change(submission, rng):
    """A new module gives what the layer alone gives."""
    for _ in range(2):
        weight, bias, A, _, alpha = drawn(rng)
        seed_worker(submission, rng)
        layer = submission.LoRALinear(frozen(submission, weight, bias), len(A), alpha)
        x = normal(rng, 5, weight.shape[1])
        assert_close(layer(x), F.linear(x, weight, bias), name="y of a new module", oracle="the layer alone")


@needs("test_starts_as_no_change")
def test_starts_so_that_it_can_learn(submission, rng):
    """A starts at random around 0, each number by itself and anew in each module, and B alone with zeros."""
    weight, bias, A, _, alpha = drawn(rng)
    seed_worker(submission, rng)
    layers = [submission.LoRALinear(frozen(submission, weight, bias), len(A), alpha) for _ in range(2)]
    x = normal(rng, 5, weight.shape[1])
    ys = layers[0](x), layers[0](x + 1)
    large = submission.LoRALinear(frozen(submission, normal(rng, 4, 60), normal(rng, 4)), 40, alpha).A
    first, second = (layer.A for layer in layers)
    B = layers[0].B
    shape = tuple(A.shape)
    check(
        all(isinstance(tensor, torch.Tensor) and tuple(tensor.shape) == shape for tensor in (first, second)),
        f"A must be a tensor of shape {shape}.",
    )
    assert_responds(*ys, name="y")
    check(isinstance(B, torch.Tensor) and not B.any(), "B must start with zeros, and A at random.")
    check(bool(first.any()), "A and B both start with zeros, so that both have the gradient 0: nothing is ever learnt.")
    check(len(first.unique()) == first.numel(), "Numbers of A are equal: draw each by itself.")
    check(not torch.equal(first, second), "Two new modules start with the same A: draw it anew, and do not set a seed.")
    check(isinstance(large, torch.Tensor) and tuple(large.shape) == (40, 60), "A must be a tensor of shape (r, in).")
    # Of 2,400 numbers around 0 the mean lies within 7 of its standard errors but once in 4e11 runs; the standard
    # deviation of normal ones is off by 1.4 %, so that 1.2 where it is 1 are 14 of its standard errors.
    mean, std = float(large.mean()), float(large.std())
    check(
        abs(mean) < 7 * std / large.numel() ** 0.5 and std < 1.2,
        f"A must be drawn around 0, with a standard deviation of at most 1; of {large.numel()} of yours the mean "
        f"is {mean:.3g} and the standard deviation {std:.3g}.",
    )


@points(2)
@needs("test_forward", "test_what_trains")
def test_gradients(submission, rng):
    """Gradients flow to A, to B and to x as through the formula, and none to the frozen weight and bias."""
    weight, bias, A, B, alpha = drawn(rng)
    x, upstream = normal(rng, 5, weight.shape[1]), normal(rng, 5, len(weight))
    _, (dx,), gradients = vjp(adapted(submission, weight, bias, A, B, alpha), (x,), upstream)
    leaves = [tensor.clone().requires_grad_() for tensor in (x, A, B)]
    y = F.linear(leaves[0], acting(weight, leaves[1], leaves[2], alpha), bias)
    expected = torch.autograd.grad(y, leaves, upstream)
    check(isinstance(gradients, dict), "LoRALinear must be an nn.Module.")
    assert_close((dx, gradients.get("A"), gradients.get("B")), expected, name=("dx", "dA", "dB"))
    more = [name for name, gradient in gradients.items() if name not in {"A", "B"} and gradient is not None]
    check(not more, f"A gradient reaches {', '.join(more)}, which is frozen.")


def merged_parts(submission, layer):
    """merge()'s answer, once it is a linear layer, and its weight and bias."""
    merged = layer.merge()
    nn = library(submission, "torch.nn")
    kind = library(submission, "builtins").isinstance(merged, nn.Linear)
    check(kind is True, "merge() must return an nn.Linear.")
    return merged, merged.weight, merged.bias


def merged_output(x, weight, bias, like):
    """What a layer with these parameters gives, once they can be computed with."""
    shapes = (like[0].shape, None if like[1] is None else like[1].shape)
    check(
        isinstance(weight, torch.Tensor) and weight.shape == shapes[0] and weight.dtype == x.dtype,
        f"merge().weight must be a tensor of shape {tuple(shapes[0])} and of {x.dtype}.",
    )
    if like[1] is None:
        check(bias is None, "The frozen layer has no bias, and merge() gives a layer with one.")
    else:
        check(
            isinstance(bias, torch.Tensor) and bias.shape == shapes[1] and bias.dtype == x.dtype,
            f"merge().bias must be a tensor of shape {tuple(shapes[1])} and of {x.dtype}, as the frozen layer's.",
        )
    return F.linear(x, weight, bias)


@points(3)
@needs("test_new_parameters")
def test_merge(submission, rng):
    """merge() gives an nn.Linear, one weight and the layer's bias, that computes what the module computes."""
    cases = [drawn(rng) for _ in range(3)]
    xs = [normal(rng, 5, case[0].shape[1]) for case in cases]
    outs, parts = [], []
    for case, x in zip(cases, xs, strict=True):
        layer = adapted(submission, *case)
        outs.append(layer(x))
        parts.append(merged_parts(submission, layer)[1:])
    for x, out, (weight, bias), case in zip(xs, outs, parts, cases, strict=True):
        y = merged_output(x, weight, bias, case)
        check(isinstance(out, torch.Tensor) and out.shape == y.shape, "The module must return a tensor (..., out).")
        sizes = {"in": case[0].shape[1], "out": len(case[0]), "r": len(case[2]), "alpha": case[4]}
        assert_close(y, out, name="the output of merge()", oracle="the module's", sizes=sizes)
    assert_responds(parts[0][0] @ torch.ones_like(xs[0][0]), parts[0][0] @ xs[0][0], name="the output of merge()")


@needs("test_forward", "test_merge")
def test_without_a_bias(submission, rng):
    """A layer without a bias is adapted, too, and merged to one without; in float32 as in float64."""
    for dtype, rtol in ((torch.float64, 1e-9), (torch.float32, 1e-5)):
        weight, _, A, B, alpha = drawn(rng, bias=False, dtype=dtype)
        x = normal(rng, 5, weight.shape[1]).to(dtype)
        submission.LoRALinear(frozen(submission, weight, normal(rng, len(weight)).to(dtype)), len(A), alpha)(x)
        expected = F.linear(x.double(), acting(weight.double(), A.double(), B.double(), alpha)).to(dtype)
        layer = adapted(submission, weight, None, A, B, alpha)
        assert_close(layer(x), expected, name="y", oracle=ORACLE, rtol=rtol)
        _, *parts = merged_parts(submission, layer)
        y = merged_output(x, *parts, (weight, None))
        assert_close(y, expected, name="the output of merge()", oracle=ORACLE, rtol=rtol)


@points(2)
@needs("test_forward", "test_merge")
def test_merging_changes_nothing(submission, rng):
    """Merging leaves the module as it was, and the merged layer shares no tensor with it: either may be changed."""
    weight, bias, A, B, alpha = drawn(rng)
    layer = adapted(submission, weight, bias, A, B, alpha)
    x = normal(rng, 5, weight.shape[1])
    right = F.linear(x, acting(weight, A, B, alpha), bias)
    merged, first, _ = merged_parts(submission, layer)
    again = merged_parts(submission, layer)[1]
    after, linear_after = layer(x), layer.linear.weight
    for name, shape in (("weight", weight.shape), ("bias", bias.shape)):
        library(submission, "operator").attrgetter(f"{name}.data.add_")(merged)(uniform(rng, 1.0, 2.0, *shape))
    changed = layer(x)
    layer.load_state_dict({"A": B.T @ weight, "B": 2 * B}, strict=False)  # as if trained on
    trained = merged_parts(submission, layer)[1]
    torch_there, drawn_after = library(submission, "torch"), []
    for _ in range(2):
        torch_there.set_rng_state(new_state(rng))
        layer.merge()
        drawn_after.append(torch_there.rand(4))
    assert_close(after, right, name="y of the module, after merge()", oracle=ORACLE)
    assert_close(linear_after, weight, name="linear.weight, after merge()", oracle="as it was")
    assert_close(again, first, name="merge().weight, the second time", oracle="the first time")
    assert_close(changed, right, name="y of the module, after the merged layer was changed", oracle=ORACLE)
    expected = acting(weight, B.T @ weight, 2 * B, alpha)
    assert_close(trained, expected, name="merge().weight, with other A and B", oracle=ORACLE)
    check(not torch.equal(*drawn_after), "merge() seeds torch's global generator.")


@needs("test_forward")
def test_modules_keep_apart(submission, rng):
    """Each module computes with matrices of its own, leaves x as it is, and gives the same again after another."""
    sizes = drawn(rng)
    cases = [(*(normal(rng, *tensor.shape) for tensor in sizes[:4]), sizes[4] * factor) for factor in (1, 2)]
    layers = [adapted(submission, *case) for case in cases]
    outs = []
    for number in (0, 1, 0):
        weight, bias, A, B, alpha = cases[number]
        x = normal(rng, 3, weight.shape[1])
        outs.append(assert_unchanged(layers[number], x))
        right = F.linear(x, acting(weight, A, B, alpha), bias)
        assert_close(outs[-1], right, name=f"y of module {number + 1}", oracle=ORACLE)
    assert_responds(outs[0], outs[2], name="y")
