"""Checks of lecture3.lr_finder: a sweep over powers of ten, and the middle of the valley."""

import math

import hypothesis.strategies as st
import torch
import torch.nn.functional as F
from hypothesis import assume, given

from grader.checks import (
    assert_close,
    assert_equal,
    assert_raises,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    integers,
    library,
    limit,
    needs,
    new_seed,
    normal,
    points,
    record_curve,
    training,
    undisturbed,
    uniform,
)


def random_weights(rng, V, block_size, E, H):
    """Weights scaled so that no unit is saturated and the first loss is about ln V; biases off 0."""
    fan_in = block_size * E
    return {
        "C": normal(rng, V, E),
        "W1": normal(rng, fan_in, H) * (5 / 3) / fan_in**0.5,
        "b1": normal(rng, H) * 0.1,
        "W2": normal(rng, H, V) * 0.2 / H**0.5,
        "b2": normal(rng, V) * 0.1,
    }


def small_sizes(rng):
    """(V, block_size, E, H)."""
    return integer(rng, 7, 11), integer(rng, 2, 3), 4, integer(rng, 12, 15)


def random_rows(rng, sizes, N):
    """Contexts and what follows, with no structure at all."""
    return integers(rng, 0, sizes[0] - 1, N, sizes[1]).contiguous(), integers(rng, 0, sizes[0] - 1, N)


def maker(submission, sizes, weights):
    """make_model: a function of nothing that gives a new model of torch's own layers, always with these weights."""
    V, block_size, E, H = sizes
    nn = library(submission, "torch.nn")
    layers = (nn.Embedding(V, E), nn.Flatten(), nn.Linear(block_size * E, H), nn.Tanh(), nn.Linear(H, V))
    model = nn.Sequential(*layers).double()
    names = {"0.weight": "C", "2.weight": "W1", "2.bias": "b1", "4.weight": "W2", "4.bias": "b2"}
    model.load_state_dict({key: weights[name].T if "W" in name else weights[name] for key, name in names.items()})
    return library(submission, "functools").partial(library(submission, "copy").deepcopy, model)


def loss_of(weights, X, Y):
    """The mean cross-entropy of all rows."""
    h = torch.tanh(weights["C"][X].flatten(1) @ weights["W1"] + weights["b1"])
    return F.cross_entropy(h @ weights["W2"] + weights["b2"], Y)


def oracle_losses(weights, X, Y, exponent, steps):
    """The loss of all rows before each of so many steps, and after the last."""
    params, losses = {name: weight.clone().requires_grad_() for name, weight in weights.items()}, []
    for _ in range(steps):
        loss = loss_of(params, X, Y)
        losses.append(loss.item())
        gradients = torch.autograd.grad(loss, list(params.values()))
        with torch.no_grad():
            for p, gradient in zip(params.values(), gradients, strict=True):
                p.sub_(10.0**exponent * gradient)
    return [*losses, loss_of(params, X, Y).item()]


def oracle_sweep(weights, X, Y, exponents, steps):
    """The loss of all rows after so many steps, for each exponent."""
    return [oracle_losses(weights, X, Y, exponent, steps)[-1] for exponent in exponents]


def numbers(answer, count):
    """The losses as a tensor, be they tensors themselves; what else is wrong with their kind is said here."""
    check(isinstance(answer, list | tuple | torch.Tensor), "lr_sweep must return a list of losses.")
    check(len(answer) == count, f"{count} exponents must give {count} losses, one each: here are {len(answer)}.")
    scalar = all(isinstance(x, float | int) or (isinstance(x, torch.Tensor) and x.numel() == 1) for x in answer)
    check(scalar, "Each loss must be one number.")
    return torch.tensor([float(x) for x in answer], dtype=torch.float64)


BOUNCES = 0.65  # the exponent of a rate at which losses rise at times


def bouncing(rng):
    """(sizes, weights, X, Y) with which 7 steps at that rate are lowest well before their end.

    At much larger rates every loss bounces, and chaos makes of the last digit another loss: none could be recognised.
    """
    while True:
        sizes = small_sizes(rng)
        weights, (X, Y) = random_weights(rng, *sizes), random_rows(rng, sizes, integer(rng, 20, 29))
        losses = oracle_losses(weights, X, Y, BOUNCES, 7)
        if min(losses) < min(losses[-2:]) - 0.01:
            return sizes, weights, X, Y


@points(2)
def test_one_rate(submission, rng):
    """Of one exponent the loss is that after so many steps of all rows at 10 ** exponent."""
    sizes, weights, X, Y = bouncing(rng)
    submission.lr_sweep(maker(submission, sizes, weights), X, Y, [BOUNCES], 7)  # to tell mistakes apart
    for steps, exponent in ((1, 0.2), (4, -0.6), (9, -1.3)):
        sizes = small_sizes(rng)
        weights, (X, Y) = random_weights(rng, *sizes), random_rows(rng, sizes, integer(rng, 20, 29))
        exponents = [exponent + float(uniform(rng, 0.0, 0.2, 1))]
        losses = numbers(submission.lr_sweep(maker(submission, sizes, weights), X, Y, exponents, steps), 1)
        expected = torch.tensor(oracle_sweep(weights, X, Y, exponents, steps), dtype=torch.float64)
        assert_close(
            losses, expected, name="losses", rtol=1e-6, sizes={"N": len(X)}, oracle="the same loop by autograd"
        )


@points(2)
@needs("test_one_rate")
def test_each_from_a_new_model(submission, rng):
    """Each exponent of several, in any order, has the loss that it has alone: it starts from a new model."""
    sizes = small_sizes(rng)
    weights, (X, Y) = random_weights(rng, *sizes), random_rows(rng, sizes, 21)
    exponents = [float(uniform(rng, low, low + 0.3, 1)) for low in (-1.8, -1.2, -0.6, 0.0)]
    exponents = [exponents[i] for i in (2, 0, 3, 1)]
    losses = numbers(submission.lr_sweep(maker(submission, sizes, weights), X, Y, exponents, 5), 4)
    expected = torch.tensor(oracle_sweep(weights, X, Y, exponents, 5), dtype=torch.float64)
    assert_close(losses, expected, name="losses", rtol=1e-6, oracle="each exponent by itself")


@needs("test_one_rate")
def test_twenty_steps(submission, rng):
    """Without a word on steps there are 20."""
    sizes = small_sizes(rng)
    weights, (X, Y) = random_weights(rng, *sizes), random_rows(rng, sizes, 21)
    exponents = [float(uniform(rng, -1.2, -0.7, 1))]
    losses = numbers(submission.lr_sweep(maker(submission, sizes, weights), X, Y, exponents), 1)
    expected = torch.tensor(oracle_sweep(weights, X, Y, exponents, 20), dtype=torch.float64)
    assert_close(losses, expected, name="losses", rtol=1e-6, oracle="the same loop by autograd")


@needs("test_one_rate")
def test_floats(submission, rng):
    """The losses are a list of Python floats."""
    answers = []
    for _ in range(2):
        sizes = small_sizes(rng)
        weights, (X, Y) = random_weights(rng, *sizes), random_rows(rng, sizes, 21)
        answer = submission.lr_sweep(maker(submission, sizes, weights), X, Y, [-1.1, -0.7], 2)
        numbers(answer, 2)
        check(
            isinstance(answer, list) and all(type(loss) is float for loss in answer),
            "lr_sweep must return a list of Python floats: .item() makes one of a tensor.",
        )
        answers.append(answer)
    assert_responds(*answers, name="losses")


@needs("test_each_from_a_new_model")
def test_a_rate_that_blows_up(submission, rng):
    """A rate that ends at inf or NaN has that for its loss, and those after it are tried as well."""
    sizes = small_sizes(rng)
    (X, Y), exponents = random_rows(rng, sizes, 21), [-1.2, 308.0, -0.4, 0.1]
    weights = random_weights(rng, *sizes)
    expected = oracle_sweep(weights, X, Y, exponents, 6)
    losses = numbers(submission.lr_sweep(maker(submission, sizes, weights), X, Y, exponents, 6), 4)
    check(not math.isfinite(losses[1]), f"At 10 ** 308 the loss is inf or NaN; {float(losses[1])} is noted.")
    others = torch.tensor([expected[i] for i in (0, 2, 3)], dtype=torch.float64)
    assert_close(losses[[0, 2, 3]], others, name="the other losses", rtol=1e-6, oracle="each exponent by itself")


def oracle_scores(losses):
    """The mean of each loss and its neighbours; NaN counts as inf."""
    known = [math.inf if math.isnan(loss) else loss for loss in losses]
    padded = [None, *known, None]
    triples = zip(padded, padded[1:], padded[2:], strict=False)
    near = [[loss for loss in triple if loss is not None] for triple in triples]
    return [math.fsum(some) / len(some) if math.inf not in some else math.inf for some in near]


def grid(rng, count):
    """Exponents in ascending order, none of them a round number."""
    first, step = float(uniform(rng, -4.9, -4.1, 1)), float(uniform(rng, 0.21, 0.39, 1))
    return [first + i * step for i in range(count)]


def valley(rng, exponents, lowest):
    """Losses with one valley, whose lowest is at this place: steeper towards large rates, high at both ends."""
    bottom, left = float(uniform(rng, 2.0, 2.3, 1)), float(uniform(rng, 0.4, 0.6, 1))
    return [bottom + left * (i - lowest) ** 2 * (1.3 if i > lowest else 1.0) for i in range(len(exponents))]


def test_the_middle_of_a_valley(submission, rng):
    """In a smooth valley its lowest exponent is picked."""
    for _ in range(6):
        exponents = grid(rng, integer(rng, 9, 14))
        places = integer(rng, 4, len(exponents) - 4), 3  # of one grid
        answers = [submission.pick(exponents, valley(rng, exponents, lowest)) for lowest in places]
        for answer, lowest in zip(answers, places, strict=True):
            check(isinstance(answer, float), "pick must return one of exponents, a float.")
            assert_equal(answer, exponents[lowest], name="the exponent")


@points(2)
@needs("test_the_middle_of_a_valley")
def test_a_lucky_rate(submission, rng):
    """One low loss among rates that are too large is no valley, be it the lowest of all."""
    for _ in range(6):
        exponents = grid(rng, integer(rng, 12, 15))
        lowest = integer(rng, 3, 5)
        losses = valley(rng, exponents, lowest)
        for i in range(8, len(losses)):
            losses[i] = float(uniform(rng, 7.0, 12.0, 1))
        losses[integer(rng, 9, len(losses) - 3)] = losses[lowest] - float(uniform(rng, 0.1, 0.9, 1))
        assert_equal(submission.pick(exponents, losses), exponents[lowest], name="the exponent")


@points(2)
@needs("test_a_lucky_rate")
def test_nan_and_inf(submission, rng):
    """NaN and inf are never picked, and spoil no score but their own and their neighbours'."""
    exponents = grid(rng, 12)
    submission.pick(exponents, [*valley(rng, exponents, 4)[:8], 9.0, 1.0, 8.0, 7.0])  # without any of them
    for bad in (math.nan, math.inf, math.nan):
        exponents = grid(rng, integer(rng, 12, 15))
        lowest = integer(rng, 4, 5)
        losses = valley(rng, exponents, lowest)
        losses[0] = bad
        losses[7] = losses[lowest] + 1
        for i in range(8, len(losses)):
            losses[i] = bad
        losses[9] = losses[lowest] - 2  # lucky, but between two that blew up
        assert_equal(submission.pick(exponents, losses), exponents[lowest], name="the exponent")


@st.composite
def curves(draw):
    """(exponents, losses), from one exponent upwards; no two scores are close, and one at least is finite."""
    count = draw(st.integers(1, 7))
    first = draw(st.integers(-40, -20))
    exponents = [first / 7 + i * 0.3 for i in range(count)]
    loss = st.one_of(st.integers(16, 96).map(lambda n: n / 8), st.integers(16, 96).map(lambda n: n / 8))
    losses = [draw(st.one_of(loss, loss, loss, loss, st.sampled_from([math.nan, math.inf]))) for _ in range(count)]
    scores = sorted(oracle_scores(losses))
    assume(scores[0] < math.inf and (count == 1 or scores[1] - scores[0] > 1e-3))
    return exponents, losses


@points(2)
@needs("test_the_middle_of_a_valley", "test_a_lucky_rate", "test_nan_and_inf")
@given(case=curves())
def test_lowest_score(submission, case):
    """Of any curve the exponent is picked whose mean with its neighbours is lowest, the ends and single ones too."""
    exponents, losses = case
    scores = oracle_scores(losses)
    assert_equal(submission.pick(exponents, losses), exponents[scores.index(min(scores))], name="the exponent")


@needs("test_the_middle_of_a_valley")
def test_no_finite_score(submission, rng):
    """pick raises ValueError where no score is finite, and only there."""
    for _ in range(12):
        exponents = grid(rng, 9)
        if integer(rng, 0, 1):
            losses = [math.nan, 2.5, math.inf, 2.75, math.nan, 2.25, math.nan, 3.0, math.inf]
            assert_raises(ValueError, submission.pick, exponents, losses, why="every score is inf")
        else:
            losses = valley(rng, exponents, 4)
            assert_equal(submission.pick(exponents, losses), exponents[4], name="the exponent")


def test_arguments_stay_as_they_are(submission, rng):
    """X, Y, exponents and losses stay as they are, and so do torch's default dtype and global generator."""
    sizes, swept, picked = small_sizes(rng), [], []
    makers = [maker(submission, sizes, random_weights(rng, *sizes)) for _ in range(2)]
    with undisturbed(submission, rng):
        for lowest, make_model in zip((3, 5), makers, strict=True):
            X, Y = random_rows(rng, sizes, 20)
            exponents = grid(rng, 9)
            losses = [*valley(rng, exponents, lowest)[:-1], math.nan]
            swept.append(assert_unchanged(submission.lr_sweep, make_model, X, Y, exponents[:3], 2))
            picked.append(assert_unchanged(submission.pick, exponents, losses))
    assert_responds(*swept, name="losses")
    assert_responds(*picked, name="what pick returns")
    check(library(submission, "torch").zeros(1).dtype == torch.float32, "torch's default dtype is changed.")


def rows_of(words, block_size):
    """X and Y of words of small letters."""
    windows = []
    for word in words:
        ids = [0] * block_size + [ord(letter) - 96 for letter in word] + [0]
        windows += [ids[i : i + block_size + 1] for i in range(len(word) + 1)]
    rows = torch.tensor(windows)
    return rows[:, :-1].contiguous(), rows[:, -1].contiguous()


@points(2)
@needs("test_each_from_a_new_model", "test_lowest_score")
@training
@limit(60)
def test_a_rate_for_words(submission, rng):
    """With generated words, and half the lecture's hidden units, your sweep and your pick find the valley."""
    from grader.data import generated_words

    sizes = (27, 3, 10, 100)
    X, Y = (tensor[:600] for tensor in rows_of(generated_words(300, new_seed(rng)), 3))
    weights = random_weights(rng, *sizes)
    exponents = [-2.4 + 0.4 * i + float(uniform(rng, 0.0, 0.1, 1)) for i in range(9)]
    expected = oracle_sweep(weights, X, Y, exponents, 12)
    losses = submission.lr_sweep(maker(submission, sizes, weights), X, Y, exponents, 12)
    numbers(losses, len(exponents))
    shown, right = ([min(float(loss), 6.0) for loss in some] for some in (losses, expected))  # the cliff is too high
    record_curve("loss by exponent", shown, reference=right)
    chosen = submission.pick(exponents, losses)
    check(chosen in exponents, "pick must return one of exponents.")
    scores = oracle_scores(expected)
    score = scores[exponents.index(chosen)]
    check(
        score < min(scores) + 0.05,
        f"10 ** {chosen:.2f} is chosen, where the mean loss around is {score:.2f}; it is {min(scores):.2f} around "
        f"10 ** {exponents[scores.index(min(scores))]:.2f}.",
    )
