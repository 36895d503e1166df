"""Checks of lecture4.kaiming: the gains, and what becomes of a signal on its way through twenty layers."""

import itertools

import torch

from grader.checks import (
    assert_close,
    assert_raises,
    assert_responds,
    check,
    generator,
    generators,
    integer,
    needs,
    new_seed,
    points,
    record_curve,
    undisturbed,
)

NAMES = ("linear", "sigmoid", "tanh", "relu", "leaky_relu")
LAYERS = 20


def torchs_gain(name):
    return float(torch.nn.init.calculate_gain(name))


@points(2)
def test_gain(submission, rng):
    """The gains of linear, sigmoid, tanh, relu and leaky_relu are torch's."""
    asked = (*NAMES, *(NAMES[integer(rng, 0, len(NAMES) - 1)] for _ in range(15)))
    asked = [asked[i] for i in torch.randperm(len(asked), generator=rng).tolist()]
    asked = ["linear", *asked]  # an exception is named behind an answer
    answers = [submission.gain(name) for name in asked]
    for name, answer in zip(asked, answers, strict=True):
        number = float(answer) if type(answer) is int else answer  # 1 is as good as 1.0
        assert_close(number, torchs_gain(name), name=f"gain({name!r})", oracle="torch")


def test_other_names_are_refused(submission, rng):
    """gain raises ValueError for names that it does not know, and for no others."""
    known, answers = ("linear", "tanh", "relu"), []
    for number in torch.randperm(20, generator=rng).tolist():
        if number % 2:
            assert_raises(ValueError, submission.gain, f"layer{integer(rng, 0, 999)}", why="there is no such name")
        else:
            answers.append(submission.gain(known[number // 2 % 3]))
    check(all(isinstance(answer, int | float) for answer in answers), "gain must return a Python float.")
    check(len(set(answers)) > 1, "gain is the same for all names: it must depend on what follows the layer.")


def matrix(W, fan_in, fan_out):
    """The weights, once they can be computed with."""
    check(
        isinstance(W, torch.Tensor) and W.shape == (fan_in, fan_out) and W.is_floating_point(),
        f"The weights must be a tensor of floats of shape (fan_in, fan_out), here ({fan_in}, {fan_out}).",
    )
    return W.double()


def root_mean_squares(weights, activation):
    """The root mean square after each layer, of a signal that starts at 1.

    Each layer is given independent normal numbers as large as what the last one gave. What its unit j adds up is normal
    then, with the standard deviation size · |column j of W|, so that no numbers need be drawn: in networks as narrow as
    these chance would blur the signal by 5 to 10 %.
    """
    z = torch.special.ndtri((torch.arange(400, dtype=torch.float64) + 0.5) / 400)[:, None]  # evenly likely
    z = z / (z**2).mean().sqrt()
    sizes, size = [], 1.0
    for W in weights:
        size = float((activation(size * W.norm(dim=0) * z) ** 2).mean() ** 0.5)
        sizes.append(size)
    return sizes


def test_no_other_generator(submission, rng):
    """torch's global generator is neither used nor seeded: the weights come from the generator that is passed in."""
    with undisturbed(submission, rng):
        answers = [submission.kaiming_normal(3, 5, "relu", generator(new_seed(rng))) for _ in range(2)]
    assert_responds(*answers, name="the weights")


@points(3)
@needs("test_gain", "test_no_other_generator")
def test_a_signal_through_twenty_layers(submission, rng):
    """Through 20 layers the root mean square stays at 1, to 10 %, with linear and relu; with tanh it ends near 0.65."""
    # False alarms: the mean square of fan_in·fan_out weights has the relative error √(2/(fan_in·fan_out)), 0.67 % at
    # most; of twenty layers in a row 3 %, 1.5 % in the root (measured in 150 runs: 1.2 to 1.4 %). The bound of 10 % is
    # 6.6 of these or more, under 1e-10. tanh forgets what was: 0.651, with a standard deviation of 0.001.
    widths = [integer(rng, 180, 190), integer(rng, 320, 330)]
    widths += [integer(rng, 210, 270) for _ in range(LAYERS - 1)]
    found = {}
    for name, activation in (("linear", lambda z: z), ("relu", torch.relu), ("tanh", torch.tanh)):
        submission.gain(name)  # to tell mistakes in one function from those in the other
        weights = []
        for size in itertools.pairwise(widths):
            W = submission.kaiming_normal(*size, name, generator(new_seed(rng)))
            weights.append(matrix(W, *size))
        found[name] = root_mean_squares(weights, activation)
    for name, sizes in found.items():
        record_curve(f"root mean square, {name}", sizes)
    for name in ("linear", "relu"):
        for number, size in enumerate(found[name], start=1):
            check(
                0.9 < size < 1.1,
                f"With {name} the root mean square of the activations is {size:.3g} after {number} of {LAYERS} layers; "
                "it must stay at 1, to 10 %.",
            )
    last = found["tanh"][-1]
    check(
        0.6 < last < 0.7, f"With tanh the root mean square is {last:.3g} after {LAYERS} layers; it must be near 0.65."
    )


@points(2)
@needs("test_a_signal_through_twenty_layers", "test_no_other_generator")
def test_the_generator_decides(submission, rng):
    """The weights are the generator's next standard normal numbers, times gain/√fan_in: float32, for any sizes."""
    sizes = ((3, 5), (1, 4), (6, 1), (integer(rng, 4, 9),) * 2, (integer(rng, 30, 60), integer(rng, 80, 99)))
    for name in NAMES:
        for fan_in, fan_out in sizes:
            theirs, ours = generators(rng)
            for each in (theirs, ours):  # it need not be fresh
                torch.randn(3, generator=each)
            assert_close(
                submission.kaiming_normal(fan_in, fan_out, name, theirs),
                torch.randn((fan_in, fan_out), generator=ours) * torchs_gain(name) / fan_in**0.5,
                name=f"kaiming_normal({fan_in}, {fan_out}, {name!r}, generator)",
                sizes={"fan_in": fan_in, "fan_out": fan_out},
                oracle="the same generator",
                rtol=1e-6,
            )
