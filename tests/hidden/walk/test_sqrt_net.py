"""Checks of walk.sqrt_net: Newton's guesses, training step for step, the line at an x, and how well a net learns."""

import math

import torch
from torch import nn

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    bonus,
    check,
    check_training,
    integer,
    library,
    needs,
    points,
    record_curve,
    training,
    type_in_words,
    undisturbed,
    uniform,
)

KEYS = ("0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias")


def build(nn, h1, h2, dtype=torch.float64):
    """The net, of torch here or of torch where the submission runs."""
    first, second = nn.Linear(1, h1, dtype=dtype), nn.Linear(h1, h2, dtype=dtype)
    return nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), nn.Linear(h2, 1, dtype=dtype))


class Twins:
    """A net where the submission runs and one here, with the same weights: as torch would draw them, by rng."""

    def __init__(self, submission, rng, h1, h2):
        fans = (1, 1, h1, h1, h2, h2)
        shapes = ((h1, 1), (h1,), (h2, h1), (h2,), (1, h2), (1,))
        self.weights = {
            key: uniform(rng, -1.0, 1.0, *shape).contiguous() / fan**0.5
            for key, shape, fan in zip(KEYS, shapes, fans, strict=True)
        }
        self.theirs, self.ours = build(library(submission, "torch.nn"), h1, h2), build(nn, h1, h2)
        for net in (self.theirs, self.ours):
            net.load_state_dict(self.weights)

    def assert_same(self):
        """Demand that both have the same weights."""
        found, right = self.theirs.state_dict(), self.ours.state_dict()
        names = tuple(f"the model's {key}" for key in KEYS)
        pairs = [(found[key], right[key]) for key in KEYS]
        assert_close(
            tuple(a for a, _ in pairs), tuple(b for _, b in pairs), name=names, rtol=1e-6, oracle="the loop in torch"
        )


def oracle_train(model, X, Y, steps, lr):
    """Adam as its paper has it, with autograd for the gradients."""
    parameters, losses = list(model.parameters()), []
    m, v = ([torch.zeros_like(p) for p in parameters] for _ in range(2))
    for t in range(1, steps + 1):
        loss = (model(X) - Y).square().mean()
        losses.append(loss.item())
        for p, gradient, first, second in zip(parameters, torch.autograd.grad(loss, parameters), m, v, strict=True):
            first.mul_(0.9).add_(0.1 * gradient)
            second.mul_(0.999).add_(0.001 * gradient**2)
            p.data -= lr * (first / (1 - 0.9**t)) / ((second / (1 - 0.999**t)).sqrt() + 1e-8)
    return losses


def roots(rng, N):
    """Points (N, 1) of the square root on (0, 10]."""
    X = uniform(rng, 0.1, 10.0, N, 1)
    return X, X.sqrt()


def read_losses(losses, steps):
    """The losses, once they are as many floats as there were steps."""
    check(
        isinstance(losses, list) and all(isinstance(loss, float) for loss in losses),
        "train returns a list of Python floats: .item() makes one of a tensor.",
    )
    check(len(losses) == steps, f"{steps} steps must give {steps} losses; here are {len(losses)}.")
    return losses


@points(2)
def test_newton(submission, rng):
    """newton gives the first guess and after it steps better ones, each (g + x / g) / 2."""
    x = float(uniform(rng, 1.5, 9.5))
    for place, steps in enumerate((4, 1, 0, 7)):
        # One x comes twice in turn, from another guess and for other steps.
        x, guess = float(uniform(rng, 1.5, 9.5)) if place == 2 else x, float(uniform(rng, 0.6, 0.9))
        right = [guess]
        for _ in range(steps):
            right.append(0.5 * right[-1] + 0.5 * x / right[-1])
        found = submission.newton(x, guess, steps)
        check(
            isinstance(found, list) and all(isinstance(g, float) for g in found),
            f"newton returns a list of floats; this is {type_in_words(found)}.",
        )
        check(
            len(found) == steps + 1, f"{steps} steps and the first guess are {steps + 1} numbers; here: {len(found)}."
        )
        tensors = [torch.tensor(guesses, dtype=torch.float64) for guesses in (found, right)]
        assert_close(*tensors, name="newton(x, guess, steps)", oracle="by hand")


@bonus
@needs("test_newton")
def test_whole_numbers(submission, rng):
    """Whole numbers will do: the first guess comes back as a float, as all the others are."""
    for x, guess, steps in ((integer(rng, 5, 9), integer(rng, 2, 4), 3), (2, 1, 0)):
        found = submission.newton(x, guess, steps)
        check(
            isinstance(found, list) and [type(g) for g in found] == [float] * (steps + 1),
            f"newton({x}, {guess}, {steps}) must return {steps + 1} floats: [{float(guess)}, …].",
        )
        assert_close(found[0], float(guess), name="the first guess", oracle="as it is given")
        if steps:
            assert_close(found[1], (guess + x / guess) / 2, name="the second guess", oracle="by hand")


@points(4)
def test_steps(submission, rng):
    """Each step is Adam's, on the mean squared error of all points; a second training makes a new Adam."""
    for h1, h2, N in ((3, 4, 7), (5, 2, 9)):
        twins, (X, Y) = Twins(submission, rng, h1, h2), roots(rng, N)
        for steps, lr in ((6, 0.02), (1, 0.03), (4, 0.005)):
            submission.train(twins.theirs, X, Y, steps, lr)
            oracle_train(twins.ours, X, Y, steps, lr)
            twins.assert_same()


@needs("test_steps")
def test_losses(submission, rng):
    """train returns the loss of each step, the mean of (model(X) - Y)² before the update, and changes nothing else."""
    found = []
    for steps in (1, 5):
        twins, (X, Y) = Twins(submission, rng, 3, 4), roots(rng, 8)
        with undisturbed(submission, rng):
            losses = read_losses(assert_unchanged(submission.train, twins.theirs, X, Y, steps, 0.01), steps)
        right = oracle_train(twins.ours, X, Y, steps, 0.01)
        tensors = [torch.tensor(numbers, dtype=torch.float64) for numbers in (losses, right)]
        assert_close(*tensors, name="the losses", rtol=1e-7, oracle="the loop in torch")
        found.append(tensors[0][:1])
    assert_responds(*found, name="the losses")


@points(2)
def test_line(submission, rng):
    """line_at gives the slope and the intercept that the net has at x, left and right of all kinks and between them."""
    for h1, h2 in ((3, 4), (5, 2), (8, 8)):
        twins = Twins(submission, rng, h1, h2)
        for x in (
            *uniform(rng, -3.0, 3.0, 3).tolist(),
            float(uniform(rng, 40.0, 50.0)),
            -float(uniform(rng, 40.0, 50.0)),
        ):
            at = torch.tensor([[x]], dtype=torch.float64, requires_grad=True)
            y = twins.ours(at)
            (slope,) = torch.autograd.grad(y.sum(), at)
            right = torch.tensor([slope.item(), y.item() - slope.item() * x], dtype=torch.float64)
            found = submission.line_at(twins.theirs, x)
            check(
                isinstance(found, tuple) and len(found) == 2 and all(isinstance(number, float) for number in found),
                "line_at returns (slope, intercept), a tuple of two floats.",
            )
            actual = torch.tensor(found, dtype=torch.float64)
            assert_close(actual, right, name=f"line_at(model, {x:.4g})", oracle="autograd: slope, intercept")


@bonus
@needs("test_line")
def test_line_at_a_kink(submission, rng):
    """At a kink the line is the one to its left."""
    for h1, h2 in ((3, 4), (5, 2)):
        twins, kink = Twins(submission, rng, h1, h2), float(integer(rng, -7, 7)) / 4
        weights = {key: weight.clone() for key, weight in twins.weights.items()}
        weights["0.weight"][1], weights["0.bias"][1] = 1.0, -kink  # no rounding moves it
        weights["2.bias"] = weights["2.bias"].abs() + 9.0  # and no unit behind it is off there
        weights["4.weight"] = weights["4.weight"].abs() + 0.1
        weights["2.weight"][:, 1] = weights["2.weight"][:, 1].abs() + 0.1  # on the right of it the line rises more
        for net in (twins.theirs, twins.ours):
            net.load_state_dict(weights)
        left = torch.tensor([[kink - 1e-4]], dtype=torch.float64, requires_grad=True)
        y = twins.ours(left)
        (slope,) = torch.autograd.grad(y.sum(), left)
        right = torch.tensor([slope.item(), y.item() - slope.item() * left.item()], dtype=torch.float64)
        found = submission.line_at(twins.theirs, kink)
        check(
            isinstance(found, tuple) and len(found) == 2, "line_at returns (slope, intercept), a tuple of two floats."
        )
        actual = torch.tensor(found, dtype=torch.float64)
        name = f"line_at(model, {kink}), where a unit goes on,"
        assert_close(actual, right, name=name, oracle="autograd, left of it: slope, intercept")


NETS, STEPS, WIDTH = 5, 400, 16


@training
@points(2)
@needs("test_steps", "test_losses", "test_newton")
def test_learns(submission, rng):
    """The best of five nets of 16 and 16 units is within 0.3 of √x from 0.5 to 10, after 400 steps with lr 0.01."""
    X = (torch.arange(1, 201, dtype=torch.float64) / 20)[:, None]
    grid = torch.linspace(0.5, 10, 96, dtype=torch.float64)[:, None]
    best, shown, losses = math.inf, None, []
    for _ in range(NETS):
        twins = Twins(submission, rng, WIDTH, WIDTH)
        curve = read_losses(submission.train(twins.theirs, X, X.sqrt(), STEPS, 0.01), STEPS)
        error = (twins.theirs(grid).detach() - grid.sqrt()).abs()[:, 0]
        if not float(error.max()) >= best:
            best, shown, losses = float(error.max()), error, curve
    series = {} if shown is None else {"the net": shown}
    for steps in (2, 3, 4):
        guesses = [submission.newton(float(x), float(x) / 2, steps)[-1] for x in grid[:, 0]]
        series[f"Newton, {steps} steps"] = (torch.tensor(guesses, dtype=torch.float64) - grid[:, 0].sqrt()).abs()
    record_curve("how far off √x, from x = 0.5 to 10", series)
    # Of 300 such nets the worst was off by 0.27, the median by 0.05: more than 0.3 in less than 1 of 100, all five in
    # less than 1 of 10^10.
    check_training(reached=best, target=0.3, losses=losses)
