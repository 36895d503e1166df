"""What learners get wrong in lecture3.lr_finder."""

import math
from itertools import pairwise

import torch
import torch.nn.functional as F

from grader.checks import misconception


def _loss(model, X, Y):
    """The mean cross-entropy of all rows."""
    return F.cross_entropy(model.forward(X), Y)


def _step(model, X, Y, lr):
    """One step of gradient descent; the loss before it."""
    parameters = list(model.parameters())
    loss = _loss(model, X, Y)
    for p, dp in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
        p.data -= lr * dp
    return loss.item()


def _reached(model, X, Y, lr, steps):
    """The loss after so many steps."""
    for _ in range(steps):
        _step(model, X, Y, lr)
    return _loss(model, X, Y).item()


def _sweep(make_model, X, Y, exponents, steps=20, *, rate=lambda exponent: 10.0**exponent, reached=_reached):
    """The right sweep in steps; the wrong answers below replace one."""
    return [reached(make_model(), X, Y, rate(exponent), steps) for exponent in exponents]


@misconception(
    "One model goes through all rates, so that each starts from what those before have learnt. Make a new one for each "
    "exponent: make_model().",
    name="one-model-for-all",
    violates=("each_from_a_new_model",),
)
def lr_sweep(make_model, X, Y, exponents, steps=20):
    model = make_model()
    return _sweep(lambda: model, X, Y, exponents, steps)


@misconception(
    "The exponents themselves are taken for learning rates. The rate is 10 ** exponent.",
    name="exponent-for-rate",
    violates=("one_rate",),
)
def lr_sweep(make_model, X, Y, exponents, steps=20):
    return _sweep(make_model, X, Y, exponents, steps, rate=lambda exponent: exponent)


@misconception(
    "The rate is e to the exponent. It is a power of ten: 10 ** exponent.",
    name="power-of-e",
)
def lr_sweep(make_model, X, Y, exponents, steps=20):
    return _sweep(make_model, X, Y, exponents, steps, rate=math.exp)


@misconception(
    "The rate is 10 ** -exponent. The exponents have their sign already: 10 ** exponent.",
    name="sign-of-the-exponent",
)
def lr_sweep(make_model, X, Y, exponents, steps=20):
    return _sweep(make_model, X, Y, exponents, steps, rate=lambda exponent: 10.0**-exponent)


@misconception(
    "The rates are spread evenly between the first and the last. Each is a power of ten of its own: 10 ** exponent.",
    name="linear-grid",
    violates=("each_from_a_new_model",),
)
def lr_sweep(make_model, X, Y, exponents, steps=20):
    rates = torch.linspace(10.0 ** exponents[0], 10.0 ** exponents[-1], len(exponents), dtype=torch.float64)
    return [_reached(make_model(), X, Y, rate.item(), steps) for rate in rates]


@misconception(
    "The loss is that before the last update. After the last step, compute it once more.",
    name="loss-before-the-last-update",
)
def lr_sweep(make_model, X, Y, exponents, steps=20):
    def reached(model, X, Y, lr, steps):
        return [_step(model, X, Y, lr) for _ in range(steps)][-1]

    return _sweep(make_model, X, Y, exponents, steps, reached=reached)


@misconception(
    "The lowest loss on the way is noted. Note that after the last step: a rate that blows up in the end is too large.",
    name="lowest-on-the-way",
)
def lr_sweep(make_model, X, Y, exponents, steps=20):
    def reached(model, X, Y, lr, steps):
        return min([_step(model, X, Y, lr) for _ in range(steps)])

    return _sweep(make_model, X, Y, exponents, steps, reached=reached)


@misconception(
    "The mean of the losses on the way is noted. Note the loss after the last step.",
    name="mean-on-the-way",
)
def lr_sweep(make_model, X, Y, exponents, steps=20):
    def reached(model, X, Y, lr, steps):
        return sum([_step(model, X, Y, lr) for _ in range(steps)]) / steps

    return _sweep(make_model, X, Y, exponents, steps, reached=reached)


@misconception(
    "One step too many is made. steps updates, then the loss.",
    name="one-step-more",
)
def lr_sweep(make_model, X, Y, exponents, steps=20):
    return _sweep(make_model, X, Y, exponents, steps + 1)


@misconception(
    "The number of steps is fixed in the code. Take the argument: for _ in range(steps).",
    name="always-twenty",
    violates=("one_rate",),
)
def lr_sweep(make_model, X, Y, exponents, steps=20):
    return _sweep(make_model, X, Y, exponents, 20)


@misconception(
    "Without an argument steps is not 20: leave the default of the stub.",
    name="other-default",
    violates=("twenty_steps",),
)
def lr_sweep(make_model, X, Y, exponents, steps=100):
    return _sweep(make_model, X, Y, exponents, steps)


@misconception(
    "Gradients add up over the steps. Clear them before each backward(): p.grad = None.",
    name="no-zero-grad",
)
def lr_sweep(make_model, X, Y, exponents, steps=20):
    def reached(model, X, Y, lr, steps):
        for _ in range(steps):
            _loss(model, X, Y).backward()
            for p in model.parameters():
                p.data -= lr * p.grad
        return _loss(model, X, Y).item()

    return _sweep(make_model, X, Y, exponents, steps, reached=reached)


@misconception(
    "The steps go uphill: subtract the gradient, p.data -= lr * dp.",
    name="uphill",
)
def lr_sweep(make_model, X, Y, exponents, steps=20):
    return _sweep(make_model, X, Y, exponents, steps, rate=lambda exponent: -(10.0**exponent))


@misconception(
    "The steps are Adam's, for which other rates are good. They are plain here: p - lr * dp.",
    name="adam",
)
def lr_sweep(make_model, X, Y, exponents, steps=20):
    def reached(model, X, Y, lr, steps):
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        for _ in range(steps):
            optimizer.zero_grad()
            _loss(model, X, Y).backward()
            optimizer.step()
        return _loss(model, X, Y).item()

    return _sweep(make_model, X, Y, exponents, steps, reached=reached)


@misconception(
    "A batch is drawn at random in each step, with torch's global generator, so that no sweep can be repeated. Each "
    "step takes all rows of X and Y.",
    name="random-batches",
    violates=("one_rate", "arguments_stay_as_they_are"),
)
def lr_sweep(make_model, X, Y, exponents, steps=20):
    def reached(model, X, Y, lr, steps):
        for _ in range(steps):
            ix = torch.randint(0, X.shape[0], (8,))
            _step(model, X[ix], Y[ix], lr)
        return _loss(model, X, Y).item()

    return _sweep(make_model, X, Y, exponents, steps, reached=reached)


@misconception(
    "The sweep ends at the first loss that is inf or NaN, and the exponents after it have none. Note it, and go on.",
    name="ends-at-nan",
    violates=("a_rate_that_blows_up",),
)
def lr_sweep(make_model, X, Y, exponents, steps=20):
    losses = []
    for exponent in exponents:
        losses.append(_reached(make_model(), X, Y, 10.0**exponent, steps))
        if not math.isfinite(losses[-1]):
            break
    return losses


@misconception(
    "Losses that are inf or NaN are left out, so that the others slip to wrong exponents. Note one for each.",
    name="nan-left-out",
    violates=("a_rate_that_blows_up",),
)
def lr_sweep(make_model, X, Y, exponents, steps=20):
    return [loss for loss in _sweep(make_model, X, Y, exponents, steps) if math.isfinite(loss)]


@misconception(
    "The losses come in the order of sorted exponents. Keep the order in which exponents came.",
    name="sorted",
    violates=("each_from_a_new_model",),
)
def lr_sweep(make_model, X, Y, exponents, steps=20):
    return _sweep(make_model, X, Y, sorted(exponents), steps)


@misconception(
    "The losses are tensors. A list of Python floats is wanted: .item() makes one of each.",
    name="losses-are-tensors",
    violates=("floats",),
)
def lr_sweep(make_model, X, Y, exponents, steps=20):
    return [torch.tensor(loss, dtype=torch.float64) for loss in _sweep(make_model, X, Y, exponents, steps)]


# pick


def _known(losses):
    """Losses in which NaN is inf."""
    return [math.inf if math.isnan(loss) else loss for loss in losses]


def _scores(losses):
    """The right scores."""
    windows = [losses[max(i - 1, 0) : i + 2] for i in range(len(losses))]
    return [sum(window) / len(window) for window in windows]


def _lowest(exponents, scores):
    """The exponent with the lowest score."""
    best = min(scores)
    if best == math.inf:
        raise ValueError("no finite score")
    return exponents[scores.index(best)]


@misconception(
    "The lowest loss alone decides, and one lucky rate wins. Give each exponent the mean of its loss and its "
    "neighbours'.",
    name="lowest-loss",
    violates=("a_lucky_rate",),
)
def pick(exponents, losses):
    _lowest(exponents, _scores(_known(losses)))
    return _lowest(exponents, _known(losses))


@misconception(
    "NaN is left in the losses, and min and argmin find it, or lose the lowest behind it: every comparison with NaN is "
    "False. Make it inf first.",
    name="nan-kept",
    violates=("nan_and_inf",),
)
def pick(exponents, losses):
    scores = torch.tensor(_scores(losses), dtype=torch.float64)
    if not scores.isfinite().any():
        raise ValueError("no finite score")
    return exponents[int(scores.argmin())]


@misconception(
    "NaN counts as 0, which is the lowest loss of all. It counts as inf.",
    name="nan-as-zero",
)
def pick(exponents, losses):
    if all(score == math.inf for score in _scores(_known(losses))):
        raise ValueError("no finite score")
    return _lowest(exponents, _scores([loss if math.isfinite(loss) else 0.0 for loss in losses]))


@misconception(
    "Losses of inf and NaN are left out before the means are taken, so that exponents that are no neighbours become "
    "some. Count them as inf, in their places.",
    name="nan-left-out-of-the-scores",
)
def pick(exponents, losses):
    _lowest(exponents, _scores(_known(losses)))
    kept = [(e, loss) for e, loss in zip(exponents, losses, strict=True) if math.isfinite(loss)]
    return _lowest([e for e, _ in kept], _scores([loss for _, loss in kept]))


@misconception(
    "At the ends a loss of 0 stands in for the neighbour that is not there, so that ends win. Divide by the number of "
    "losses that there are.",
    name="zeros-at-the-ends",
    violates=("lowest_score",),
)
def pick(exponents, losses):
    scores, known = _scores(_known(losses)), _known(losses)
    return _lowest(exponents, [s * min(i + 2, len(known) - i + 1, 3, len(known)) / 3 for i, s in enumerate(scores)])


@misconception(
    "The ends are never picked. They have a score, too: the mean of the two losses that there are.",
    name="ends-left-out",
)
def pick(exponents, losses):
    scores = _scores(_known(losses))
    return _lowest(exponents, scores) if len(scores) < 3 else _lowest(exponents[1:-1], scores[1:-1])


@misconception(
    "The mean is that of a loss and the two before it, which shifts the valley. Take one neighbour on each side.",
    name="two-before",
    violates=("the_middle_of_a_valley",),
)
def pick(exponents, losses):
    known = _known(losses)
    windows = [known[max(i - 2, 0) : i + 1] for i in range(len(known))]
    return _lowest(exponents, [sum(window) / len(window) for window in windows])


@misconception(
    "The scores have an entry less at the front, and their index is used for exponents as it is: one exponent too low. "
    "scores[i] belongs to exponents[i].",
    name="index-shifted",
)
def pick(exponents, losses):
    scores = _scores(_known(losses))
    return exponents[max(exponents.index(_lowest(exponents, scores)) - 1, 0)]


@misconception(
    "The place where the loss falls most steeply is picked. Pick that of the lowest score.",
    name="steepest",
    violates=("the_middle_of_a_valley",),
)
def pick(exponents, losses):
    known = _known(losses)
    _lowest(exponents, _scores(known))
    falls = [now - before for before, now in pairwise(known) if math.isfinite(now - before)]
    return exponents[falls.index(min(falls))] if falls else exponents[0]


@misconception(
    "The exponent with the highest score is picked. The lowest loss is the best: min.",
    name="highest",
)
def pick(exponents, losses):
    scores = _scores(_known(losses))
    _lowest(exponents, scores)
    finite = [score if math.isfinite(score) else -math.inf for score in scores]
    return exponents[finite.index(max(finite))]


@misconception(
    "The place in the list is returned. Return what stands there: exponents[i].",
    name="index-for-exponent",
)
def pick(exponents, losses):
    return exponents.index(_lowest(exponents, _scores(_known(losses))))


@misconception(
    "The learning rate itself is returned. pick returns the exponent.",
    name="rate-for-exponent",
)
def pick(exponents, losses):
    return 10 ** _lowest(exponents, _scores(_known(losses)))


@misconception(
    "The score is returned. pick returns the exponent that has it.",
    name="score-for-exponent",
)
def pick(exponents, losses):
    scores = _scores(_known(losses))
    return scores[exponents.index(_lowest(exponents, scores))]


@misconception(
    "Where no score is finite, the first exponent is returned, as if it were good. Raise ValueError.",
    name="no-value-error",
    violates=("no_finite_score",),
)
def pick(exponents, losses):
    scores = _scores(_known(losses))
    return exponents[scores.index(min(scores))]


@misconception(
    "NaN is replaced in the caller's own list. Make a new one: [… for loss in losses].",
    name="losses-changed",
    violates=("arguments_stay_as_they_are",),
)
def pick(exponents, losses):
    for i, loss in enumerate(losses):
        if math.isnan(loss):
            losses[i] = math.inf
    return _lowest(exponents, _scores(losses))
