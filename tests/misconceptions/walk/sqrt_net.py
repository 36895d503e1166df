"""What learners get wrong in walk.sqrt_net."""
# ruff: noqa: F821

import torch

from grader.checks import misconception


def _guesses(x, guess, steps, better):
    guesses = [float(guess)]
    for _ in range(steps):
        guesses.append(better(guesses[-1]))
    return guesses


@misconception(
    "The guess and x divided by it are added, and not halved. Their mean is the new guess: (g + x / g) / 2.",
    name="not-halved",
)
def newton(x, guess, steps):
    return _guesses(x, guess, steps, lambda g: g + x / g)


@misconception(
    "The first guess comes back as the whole number that it is. All guesses are floats: float(guess).",
    name="first-as-given",
)
def newton(x, guess, steps):
    guesses = [guess]
    for _ in range(steps):
        guesses.append((guesses[-1] + x / guesses[-1]) / 2)
    return guesses


@misconception(
    "Only x / g is halved: g + x / g / 2. The sum is: (g + x / g) / 2.",
    name="half-of-one",
)
def newton(x, guess, steps):
    return _guesses(x, guess, steps, lambda g: g + x / g / 2)


@misconception(
    "x / g is the new guess, which goes to and fro for ever. The mean of g and x / g is.",
    name="to-and-fro",
)
def newton(x, guess, steps):
    return _guesses(x, guess, steps, lambda g: x / g)


@misconception(
    "The fraction is upside down: x / g, not g / x.",
    name="upside-down",
)
def newton(x, guess, steps):
    return _guesses(x, guess, steps, lambda g: (g + g / x) / 2)


@misconception(
    "Each step starts from the first guess. It starts from the last one.",
    name="from-the-first",
)
def newton(x, guess, steps):
    return _guesses(x, guess, steps, lambda g: (guess + x / guess) / 2)


@misconception(
    "The first guess is left out. It stands first in the list.",
    name="without-the-first",
)
def newton(x, guess, steps):
    return _guesses(x, guess, steps, lambda g: (g + x / g) / 2)[1:]


@misconception(
    "Only the last guess is returned. All are wanted, a list that begins with the first.",
    name="last-guess",
)
def newton(x, guess, steps):
    return _guesses(x, guess, steps, lambda g: (g + x / g) / 2)[-1]


@misconception(
    "There is a step too few: steps better guesses come after the first one.",
    name="a-step-too-few",
)
def newton(x, guess, steps):
    return _guesses(x, guess, max(steps - 1, 0), lambda g: (g + x / g) / 2)


def _loop(model, X, Y, steps, lr, *, loss_of=None, optimizer=None, clear=True, after=False):
    loss_of = loss_of or (lambda y, wanted: ((y - wanted) ** 2).mean())
    optimizer = optimizer or torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        if clear:
            optimizer.zero_grad()
        loss = loss_of(model(X), Y)
        loss.backward()
        optimizer.step()
        losses.append((loss_of(model(X), Y) if after else loss).item())
    return losses


@misconception(
    "The gradients are never cleared, so that each step follows the sum of all so far. Call optimizer.zero_grad() in "
    "each step, before backward().",
    name="no-zero-grad",
)
def train(model, X, Y, steps, lr):
    return _loop(model, X, Y, steps, lr, clear=False)


@misconception(
    "SGD is used. Adam is wanted, torch.optim.Adam.",
    name="sgd",
)
def train(model, X, Y, steps, lr):
    return _loop(model, X, Y, steps, lr, optimizer=torch.optim.SGD(model.parameters(), lr=lr))


@misconception(
    "A new Adam is made in each step, which has forgotten its means. Make it once, before the loop.",
    name="adam-made-anew",
)
def train(model, X, Y, steps, lr):
    return [_loop(model, X, Y, 1, lr)[0] for _ in range(steps)]


@misconception(
    "Y has lost its second axis, so that (N, 1) minus (N,) is (N, N): every place is compared with every root. Keep "
    "both (N, 1).",
    name="all-with-all",
)
def train(model, X, Y, steps, lr):
    return _loop(model, X, Y[:, 0], steps, lr)


@misconception(
    "The learning rate is not used. Pass it on: torch.optim.Adam(model.parameters(), lr=lr).",
    name="fixed-rate",
)
def train(model, X, Y, steps, lr):
    return _loop(model, X, Y, steps, 0.001)


@misconception(
    "The output layer alone is trained. All parameters are: model.parameters().",
    name="last-layer-only",
)
def train(model, X, Y, steps, lr):
    return _loop(model, X, Y, steps, lr, optimizer=torch.optim.Adam(model[-1].parameters(), lr=lr))


@misconception(
    "The losses are those after each step. The loss of a step is the one that the step is made from.",
    name="losses-afterwards",
)
def train(model, X, Y, steps, lr):
    return _loop(model, X, Y, steps, lr, after=True)


@misconception(
    "The losses are the roots of the mean squared errors. The mean squared error is wanted.",
    name="root-of-the-mean",
)
def train(model, X, Y, steps, lr):
    return [loss**0.5 for loss in _loop(model, X, Y, steps, lr)]


@misconception(
    "Only the last loss is returned. One for each step is wanted, a list.",
    name="last-loss",
)
def train(model, X, Y, steps, lr):
    return _loop(model, X, Y, steps, lr)[-1]


def _piece(model, x):
    return next(piece for piece in piecewise(model) if piece[0] < x <= piece[1])


@misconception(
    "The first piece of the net is taken, wherever x is. Take the one with lo < x <= hi.",
    name="first-piece",
)
def line_at(model, x):
    return piecewise(model)[0][2:]


@misconception(
    "The second number is the net's value at x. The intercept is wanted, that of the line at 0: y - slope · x.",
    name="value-for-intercept",
)
def line_at(model, x):
    _, _, slope, intercept = _piece(model, x)
    return slope, slope * x + intercept


@misconception(
    "Slope and intercept have changed places: (slope, intercept).",
    name="intercept-first",
)
def line_at(model, x):
    return _piece(model, x)[:1:-1]


@misconception(
    "At a kink this gives the line to its right. The one to its left is meant: lo < x <= hi.",
    name="right-of-a-kink",
)
def line_at(model, x):
    return next((slope, intercept) for lo, hi, slope, intercept in piecewise(model) if lo <= x < hi)


@misconception(
    "The whole piece is returned. Slope and intercept are wanted, without its ends.",
    name="whole-piece",
)
def line_at(model, x):
    return _piece(model, x)


@misconception(
    "The slope is that of the line from 0 to the net's value at x. The net's own slope there is wanted.",
    name="line-through-zero",
)
def line_at(model, x):
    with torch.no_grad():
        y = model(torch.tensor([[x], [0.0]], dtype=model[0].weight.dtype))
    slope = (y[0] - y[1]).item() / x
    return slope, y[1].item()


@misconception(
    "The slope comes from two places that are far apart, with kinks between them. On its piece the net is one line: "
    "read it off.",
    name="difference-quotient",
)
def line_at(model, x):
    with torch.no_grad():
        y = model(torch.tensor([[x - 1.0], [x + 1.0]], dtype=model[0].weight.dtype))
    slope = (y[1] - y[0]).item() / 2
    return slope, y.mean().item() - slope * x
