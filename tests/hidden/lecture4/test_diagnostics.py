"""Checks of lecture4.diagnostics: shares that are counted, units that have died, ratios in decades."""

import itertools
import math

import hypothesis.strategies as st
import torch
from hypothesis import given

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    library,
    needs,
    normal,
    points,
    record_curve,
    record_histogram,
    strategies,
    undisturbed,
    uniform,
)


def share(h, threshold):
    """Counted one by one."""
    numbers = h.flatten().tolist()
    return sum(abs(number) > threshold for number in numbers) / len(numbers)


@st.composite
def activations(draw):
    """(h, threshold): halves from −2 to 2 along one to three axes, and a threshold that some of them meet exactly."""
    shape = draw(st.lists(strategies.sizes(1, 4), min_size=1, max_size=3))
    h = draw(strategies.tensors(shape, min_value=-2, max_value=2))
    return h, draw(st.sampled_from([0.5, 1.0, 1.5, 0.75]))


@points(2)
@given(case=activations())
def test_saturation(submission, case):
    """saturation is the share of numbers whose magnitude is above the threshold, from any shape, as a float."""
    h, threshold = case
    asked = (h, torch.stack([h.flatten(), -h.flatten()]))  # whatever the shape, a matrix too
    answers = [submission.saturation(each, threshold) for each in asked]
    other = submission.saturation(h, threshold + 0.25)
    for answer in answers:
        assert_close(answer, share(h, threshold), name="saturation", oracle="counted", rtol=1e-6)
    assert_close(other, share(h, threshold + 0.25), name="saturation", oracle="counted", rtol=1e-6)


@needs("test_saturation")
def test_saturation_without_a_threshold(submission, rng):
    """Without a threshold it is 0.97, also for float32."""
    for dtype in (torch.float64, torch.float32):
        # 0.97 itself, which no float32 is, is left out
        h = torch.cat([uniform(rng, 0.955, 0.9699, 5, 30), uniform(rng, 0.9701, 0.985, 5, 20)], 1)
        h[0, 0] = 0.97 + 1e-9 if dtype == torch.float64 else 0.9699
        h = h.to(dtype)
        h = h * (2 * torch.randint(0, 2, h.shape, generator=rng) - 1)
        answer = submission.saturation(h)
        assert_close(answer, share(h, 0.97), name="saturation", oracle="counted", rtol=1e-6)


def shuffled(rng, columns):
    """(h, dead): columns in random order, each a pair of its numbers and whether the unit is dead."""
    columns = [columns[i] for i in torch.randperm(len(columns), generator=rng).tolist()]
    return torch.stack([column for column, _ in columns]).T, torch.tensor([dead for _, dead in columns])


def tanh_layer(rng, N):
    """Units that are dead on one side, the other, both; and some of which one example alone is at 0.99 or below."""
    signs = torch.tensor([1.0, -1.0], dtype=torch.float64)[torch.randint(0, 2, (6, N), generator=rng)]
    signs[0], signs[1], signs[2, 0], signs[2, 1] = 1, -1, 1, -1
    columns = [(signs[i] * uniform(rng, 0.991, 1.0, N), True) for i in range(3)]
    columns[0][0][0] = 0.99 + 1e-9
    for i, value in ((3, float(uniform(rng, -0.5, 0.5))), (4, 0.99), (5, float(uniform(rng, 0.971, 0.989)))):
        column = signs[i] * uniform(rng, 0.991, 1.0, N)
        column[integer(rng, 0, N - 1)] = value
        columns.append((column, False))
    column = uniform(rng, 0.998, 1.0, N)
    column[0] = float(uniform(rng, 0.95, 0.96))  # which is little beside the mean of many
    columns += [(column, False), (torch.zeros(N, dtype=torch.float64), False)]
    others = [torch.tanh(normal(rng, N)) for _ in range(integer(rng, 1, 3))]
    columns += [(column, bool((column.abs() > 0.99).all())) for column in others]
    return shuffled(rng, columns)


def relu_layer(rng, N):
    """Units that are dead, some that one example alone moves, and one that is large throughout."""
    columns = [(torch.zeros(N, dtype=torch.float64), True) for _ in range(2)]
    for value in (float(uniform(rng, 1e-6, 1e-3)), float(uniform(rng, 1e-60, 2e-60)), float(uniform(rng, 2, 3))):
        column = torch.zeros(N, dtype=torch.float64)
        column[integer(rng, 0, N - 1)] = value
        columns.append((column, False))
    columns.append((uniform(rng, 2, 3, N), False))
    others = [torch.relu(normal(rng, N)) for _ in range(integer(rng, 1, 3))]
    columns += [(column, bool((column == 0).all())) for column in others]
    return shuffled(rng, columns)


@points(2)
def test_dead_tanh(submission, rng):
    """A tanh unit is dead if its magnitude is above 0.99 for every example, whatever the sign."""
    for N in (integer(rng, 12, 16), 3, 10):
        h, dead = tanh_layer(rng, N)
        assert_close(submission.dead_units(h), dead, name="dead_units(h)", oracle="as made")
        assert_close(submission.dead_units(h, "tanh"), dead, name='dead_units(h, "tanh")', oracle="as made")


@points(2)
def test_dead_relu(submission, rng):
    """A ReLU unit is dead if it is 0 for every example."""
    for N in (integer(rng, 12, 16), 2, 1):
        h, dead = relu_layer(rng, N)
        if N == 1:  # then one example is all there are
            dead = (h == 0)[0]
        submission.dead_units(h)  # whose answer is not that of relu
        assert_close(submission.dead_units(h, "relu"), dead, name='dead_units(h, "relu")', oracle="as made")


def longhand(params, grads, lr):
    """The ratios, number by number."""

    def std(tensor):
        numbers = tensor.flatten().tolist()
        mean = sum(numbers) / len(numbers)
        return math.sqrt(sum((number - mean) ** 2 for number in numbers) / (len(numbers) - 1))

    return [math.log10(lr * std(grad) / std(param)) for param, grad in zip(params, grads, strict=True)]


def random_parameters(rng):
    """(params, grads): a matrix, a vector with a mean of its own, and more axes; gradients of different sizes."""
    shapes = ((4, integer(rng, 5, 7)), (integer(rng, 3, 9),), (2, 3, 4))[: integer(rng, 2, 3)]
    params = [1.5 + normal(rng, *shape) for shape in shapes]
    grads = [float(uniform(rng, 2, 9)) * 10.0 ** -integer(rng, 1, 4) * (0.7 + normal(rng, *shape)) for shape in shapes]
    return params, grads


def in_training(rng, lr, steps=60):
    """(weights, gradients) before each step of a small network's training, as the lecture starts it."""
    widths, N = (10, 20, 20, 20, 6), 400
    x, teacher = normal(rng, N, widths[0]), normal(rng, widths[0], widths[-1])
    targets = (x @ teacher).argmax(1)
    weights = [normal(rng, *size) * (5 / 3) / size[0] ** 0.5 for size in itertools.pairwise(widths)]
    weights = [W.contiguous().requires_grad_() for W in (*weights[:-1], weights[-1] * 0.1)]
    for _ in range(steps):
        ix = torch.randint(0, N, (32,), generator=rng)
        h = x[ix]
        for W in weights[:-1]:
            h = torch.tanh(h @ W)
        grads = torch.autograd.grad(torch.nn.functional.cross_entropy(h @ weights[-1], targets[ix]), weights)
        yield [W.detach().clone() for W in weights], list(grads)
        with torch.no_grad():
            for W, grad in zip(weights, grads, strict=True):
                W.sub_(lr * grad)


def record_ratios(answers):
    """The lecture's picture, of what the submission says of each step."""
    if all(isinstance(answer, list | tuple) for answer in answers):
        of_each = zip(*answers, strict=False)
        record_curve(
            "update ratio, log10, of a network in training",
            {f"W{number}": ratios for number, ratios in enumerate(of_each, start=1)},
            baselines={"a thousandth": -3},
        )


@points(3)
def test_update_ratio(submission, rng):
    """Each parameter has the ratio log10(std(lr·grad)/std(param)): a list of floats, in their order."""
    speed = 0.05  # at which most of the ratios come to lie near -3
    run = list(in_training(rng, speed))
    answers = [submission.update_ratio(*each, speed) for each in run]
    record_ratios(answers)
    for dtype, rtol in ((torch.float64, 1e-9), (torch.float64, 1e-9), (torch.float32, 1e-4)):
        params, grads = random_parameters(rng)
        params, grads = [p.to(dtype) for p in params], [g.to(dtype) for g in grads]
        lr = float(uniform(rng, 0.02, 0.3))
        answer = submission.update_ratio(params, grads, lr)
        check(
            isinstance(answer, list | tuple) and len(answer) == len(params),
            f"update_ratio must return a list with a number for each of the {len(params)} parameters.",
        )
        expected = tuple(longhand(params, grads, lr))
        names = tuple(f"the ratio of parameter {i + 1}" for i in range(len(params)))
        again = submission.update_ratio(params, grads, 2 * lr)
        assert_close(tuple(answer), expected, name=names, oracle="by hand", rtol=rtol)
        check(isinstance(again, list | tuple) and len(again) == len(params), "update_ratio must return a list.")
        doubled = tuple(ratio + math.log10(2) for ratio in expected)
        assert_close(tuple(again), doubled, name=names, oracle="by hand, for twice the lr", rtol=rtol)
    for step, (answer, each) in enumerate(zip(answers, run, strict=True)):
        expected = tuple(longhand(*each, speed))
        check(isinstance(answer, list | tuple) and len(answer) == len(expected), "update_ratio must return a list.")
        names = tuple(f"the ratio of W{i + 1} at step {step}" for i in range(len(expected)))
        assert_close(tuple(answer), expected, name=names, oracle="by hand")


@needs("test_update_ratio")
def test_update_ratio_without_a_gradient(submission, rng):
    """Where a gradient is zero in all places its ratio is −∞, a float, and the other ratios are as ever."""
    params, grads = random_parameters(rng)
    lr = float(uniform(rng, 0.02, 0.3))
    expected = tuple(longhand(params, grads, lr))
    submission.update_ratio(params, grads, lr)  # an exception is named behind an answer
    grads[0] = torch.zeros_like(params[0])
    answer = submission.update_ratio(params, grads, lr)
    check(isinstance(answer, list | tuple) and len(answer) == len(params), "update_ratio must return a list.")
    check(
        isinstance(answer[0], float) and answer[0] == -math.inf,
        f"The ratio of a parameter without a gradient must be -inf, the logarithm of 0; yours is {answer[0]!r:.60}.",
    )
    names = tuple(f"the ratio of parameter {i + 1}" for i in range(1, len(params)))
    assert_close(tuple(answer[1:]), expected[1:], name=names, oracle="by hand")


def outs_of_layers(rng):
    """What four layers returned last: of several shapes and sizes, centred or not."""
    outs = [torch.tanh(0.5 + normal(rng, integer(rng, 5, 9), 4, scale=scale)) for scale in (2.0, 0.5)]
    return [*outs, torch.tanh(normal(rng, 2, 3, 4, scale=3.0)), torch.relu(0.5 + normal(rng, 11, 3))]


def statistics(submission, outs):
    """activation_stats of layers that returned these, once it has the right form; a tuple of dicts."""
    layer = library(submission, "types").SimpleNamespace
    answer = submission.activation_stats([layer(out=out) for out in outs])
    check(
        isinstance(answer, list | tuple)
        and len(answer) == len(outs)
        and all(isinstance(each, dict) and set(each) == {"mean", "std", "saturated"} for each in answer),
        f"activation_stats must return a list with a dict for each of the {len(outs)} layers, with the keys mean, std "
        "and saturated.",
    )
    return tuple(answer)


@points(2)
def test_activation_stats(submission, rng):
    """activation_stats gives a dict for each layer, in their order, with mean and standard deviation of its out."""
    first = outs_of_layers(rng)
    record_histogram("out of each layer", {f"layer {n}": out for n, out in enumerate(first, 1)}, low=-1, high=1)
    for outs in (first, outs_of_layers(rng)[:1]):
        answer = statistics(submission, outs)
        for number, (each, out) in enumerate(zip(answer, outs, strict=True), start=1):
            found = {name: each[name] for name in ("mean", "std")}
            expected = {"mean": float(out.mean()), "std": float(out.std())}
            assert_close(found, expected, name=f"the dict of layer {number}", oracle="torch", rtol=1e-6)


@needs("test_saturation", "test_saturation_without_a_threshold")
def test_saturation_of_layers(submission, rng):
    """The "saturated" of a layer is the share of its out with a magnitude above 0.97."""
    outs = outs_of_layers(rng)
    submission.saturation(outs[0])  # to tell mistakes in one function from those in the other
    for number, (each, out) in enumerate(zip(statistics(submission, outs), outs, strict=True), start=1):
        name = f'"saturated" of layer {number}'
        assert_close(each["saturated"], share(out, 0.97), name=name, oracle="counted", rtol=1e-6)


def test_arguments_stay_as_they_are(submission, rng):
    """Activations, parameters and gradients stay as they are, and torch's global generator, too."""
    lr = float(uniform(rng, 0.02, 0.3))
    with undisturbed(submission, rng):
        several = [uniform(rng, 0.98, 1.0, 6, 5), uniform(rng, -0.9, 0.9, 6, 5)]  # all are saturated, none is
        assert_responds(*(assert_unchanged(submission.saturation, h) for h in several), name="saturation(h)")
        several = [uniform(rng, 0.991, 1.0, 6, 5), uniform(rng, 0.4, 0.6, 6, 5)]  # all are dead, none is
        assert_responds(*(assert_unchanged(submission.dead_units, h) for h in several), name="dead_units(h)")
        pairs = [random_parameters(rng) for _ in range(2)]
        answers = [assert_unchanged(submission.update_ratio, *pair, lr) for pair in pairs]
        assert_responds(*answers, name="update_ratio(params, grads, lr)")
        outs = outs_of_layers(rng)
        layers = [library(submission, "types").SimpleNamespace(out=out) for out in outs]
        answers = [assert_unchanged(submission.activation_stats, some) for some in (layers[:2], layers[1:])]
        assert_responds(*answers, name="activation_stats(layers)")
    for layer, out in zip(layers, outs, strict=True):
        after = layer.out
        check(isinstance(after, torch.Tensor) and torch.equal(after, out), "activation_stats changes a layer's out.")
