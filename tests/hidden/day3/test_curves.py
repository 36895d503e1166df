"""Checks of day3.curves: what a pair of loss curves says, and when patience is at an end."""

import numpy as np

from grader.checks import assert_equal, assert_responds, assert_unchanged, needs, points

KINDS = ("both fall", "both stay", "validation turns", "validation turns early", "both turn", "slow and turning")


def smoothed(losses, w):
    """Means over windows of w epochs, by a cumulative sum."""
    total = np.concatenate([[0.0], np.cumsum(losses)])
    return (total[w:] - total[:-w]) / w


def window(losses):
    """A tenth of the epochs."""
    return max(1, len(losses) // 10)


def verdict(train, val, w=None, every=1):
    """The rules of the stub; None where rounding could decide. By another window, or every so many of its means."""
    w = window(train) if w is None else w
    t, v = smoothed(train, w)[::every], smoothed(val, w)[::every]
    m = int(np.argmin(v))
    sides = [(v[-1], 1.1 * v[m]), (t[-1], t[m]), (t[-1], 0.7 * t[0])]
    if any(0 < abs(a - b) < 1e-9 * abs(b) for a, b in sides):
        return None
    if v[-1] > 1.1 * v[m] and t[-1] < t[m]:
        return "overfit"
    return "underfit" if t[-1] > 0.7 * t[0] else "just right"


def random_curves(rng, kind, noise, n=None):
    """A pair of curves over n epochs, of one of KINDS, as lists of floats."""
    n = int(rng.integers(10, 90)) if n is None else n
    x = np.linspace(0, 1, n)
    start, scale = rng.uniform(0.5, 4), rng.uniform(2, 8)
    fall = np.exp(-scale * x)
    turn = rng.uniform(0.2, 0.6)
    rise = np.maximum(x - turn, 0) * rng.uniform(0.1, 1.5)
    floor = rng.uniform(0.02, 0.3)
    if kind == "both fall":
        train, val = fall + floor, fall + floor + rng.uniform(0, 0.6)
    elif kind == "both stay":
        train = 1 - rng.uniform(0, 0.5) * x
        val = train + rng.uniform(0, 0.3)
    elif kind == "validation turns":
        train, val = fall + floor, fall + floor + rise + 0.05
    elif kind == "validation turns early":
        train, val = fall + floor, 1 + rng.uniform(0, 0.6) * x
    elif kind == "both turn":
        train, val = 0.6 * fall + floor + rise, 0.6 * fall + floor + 1.3 * rise
    else:
        train, val = 1 - rng.uniform(0.05, 0.25) * x, 1 + rise - 0.1 * x
    wiggle = 1 + noise * rng.uniform(-1, 1, (2, n))
    return (start * train * wiggle[0]).tolist(), (start * val * wiggle[1]).tolist()


def trained_curves(rng, examples, hidden, lr, epochs=60):
    """The curves of a real training run: a small network on blobs with a fifth of the labels wrong."""
    centres = rng.standard_normal((3, 6))

    def blobs(count):
        y = rng.integers(0, 3, count)
        X = rng.standard_normal((count, 6)) + centres[y]
        return X, np.where(rng.random(count) < 0.2, rng.integers(0, 3, count), y)

    (X, y), (X_val, y_val) = blobs(examples), blobs(200)
    W1, W2 = rng.standard_normal((6, hidden)) * np.sqrt(2 / 6), rng.standard_normal((hidden, 3)) * np.sqrt(1 / hidden)
    curves = ([], [])
    for _ in range(epochs):
        for curve, inputs, labels in ((curves[0], X, y), (curves[1], X_val, y_val)):
            logits = np.maximum(inputs @ W1, 0) @ W2
            logp = logits - np.log(np.exp(logits).sum(1, keepdims=True))
            curve.append(float(-logp[np.arange(len(labels)), labels].mean()))
        for start in range(0, examples, 10):
            inputs, labels = X[start : start + 10], y[start : start + 10]
            h = np.maximum(inputs @ W1, 0)
            p = np.exp(h @ W2 - (h @ W2).max(1, keepdims=True))
            p = (p / p.sum(1, keepdims=True) - np.eye(3)[labels]) / len(labels)
            dh = (p @ W2.T) * (h > 0)
            W1, W2 = W1 - lr * inputs.T @ dh, W2 - lr * h.T @ p
    return curves


def demand(submission, pairs):
    """Every pair of curves must be told right; those that rounding could decide are left out.

    All are asked for before the first is compared: so many answers leave but one misconception that gave them.
    """
    pairs = [(train, val, right) for train, val in pairs if (right := verdict(train, val)) is not None]
    pairs.sort(key=lambda pair: len(pair[0]))  # of several that are told wrong, the shortest is shown
    answers = [submission.diagnose(train, val) for train, val, _ in pairs]
    for answer, (_, _, right) in zip(answers, pairs, strict=True):
        assert_equal(answer, right, name="diagnose", oracle="by the rules in its docstring")


def curves_that_hang_on_the_window(rng, n, other):
    """Noisy curves over n epochs which a window of another size tells otherwise, and windows side by side alike."""
    while True:
        train, val = random_curves(rng, str(rng.choice(KINDS)), 0.3, n)
        right = verdict(train, val)
        if right not in {None, verdict(train, val, other)} and right == verdict(train, val, every=window(train)):
            return train, val


def curves_that_hang_on_every_mean(rng, n):
    """Noisy curves over n epochs which windows side by side tell otherwise."""
    while True:
        train, val = random_curves(rng, str(rng.choice(KINDS)), 0.3, n)
        if verdict(train, val) not in {None, verdict(train, val, every=window(train))}:
            return train, val


def on_the_edge(rng):
    """Curves over ten epochs of which validation rises while training stands still, which is not to improve."""
    scale = 2.0 ** rng.integers(-3, 4)
    train, val = [10, 8, 6, 5, 4, 3, 3, 3, 3, 3], [20, 18, 16, 14, 12, 10, 12, 14, 16, 20]
    return [scale * a for a in train], [scale * b for b in val]


@points(2)
def test_smooth_curves(submission, rng):
    """Curves of ten epochs and without noise, where nothing needs smoothing, are told apart by the three rules."""
    kinds = rng.permutation(np.repeat(KINDS, 20))
    pairs = [random_curves(rng, kind, 0.0, 10) for kind in kinds]
    crossed = [(train, val) for train, _ in pairs[:3] for _, val in pairs[3:12]]
    demand(submission, [*pairs, *crossed, on_the_edge(rng)])


@points(2)
@needs("test_smooth_curves")
def test_the_window_is_a_tenth_of_the_epochs(submission, rng):
    """The window has n // 10 epochs: 1 up to n = 19, 2 from n = 20, and so on."""
    lengths = [n for n in (11, 18, 19, 20, 21, 29, 30, 31, 57) for _ in range(2)]
    others = [(n, other) for n in lengths for other in (n // 10 - 1, n // 10 + 1) if other]
    demand(submission, [curves_that_hang_on_the_window(rng, n, other) for n, other in rng.permutation(others).tolist()])


@needs("test_the_window_is_a_tenth_of_the_epochs")
def test_noisy_curves(submission, rng):
    """Curves with noise are told apart by their smoothed shape, which has a mean for each place of the window."""
    kinds = rng.permutation(np.repeat(KINDS, 8))
    pairs = [random_curves(rng, kind, rng.uniform(0.05, 0.3)) for kind in kinds]
    demand(submission, pairs + [curves_that_hang_on_every_mean(rng, n) for n in (21, 34, 57, 82)])


@needs("test_noisy_curves")
def test_curves_of_real_networks(submission, rng):
    """The curves of networks that were trained for this check are told apart."""
    sizes = rng.permutation(
        [(20, 40, 0.3), (20, 40, 0.2), (200, 20, 0.05), (100, 20, 0.1), (40, 8, 1e-4), (40, 4, 3e-4)]
    )
    demand(submission, [trained_curves(rng, int(n), int(hidden), lr) for n, hidden, lr in sizes])


def short_curve(rng):
    """A short curve of whole numbers, with many ties."""
    return rng.integers(0, 6, rng.integers(1, 13)).astype(float).tolist()


def oracle_stop(val, patience):
    """By looking at each epoch's last ``patience`` epochs, and what came before them."""
    for stop in range(patience, len(val)):
        if min(val[stop - patience + 1 : stop + 1]) >= min(val[: stop - patience + 1]):
            return stop, int(np.argmin(val[: stop + 1]))
    return len(val) - 1, int(np.argmin(val))


def demand_stop(answer, right):
    """A list of two will do for a tuple, and NumPy's integers for Python's."""
    if isinstance(answer, list | tuple):
        answer = tuple(int(epoch) if isinstance(epoch, np.integer) else epoch for epoch in answer)
    assert_equal(answer, right, name="(stop, best)", oracle="by looking back from every epoch")


@points(2)
def test_early_stop(submission, rng):
    """Training stops after `patience` epochs without a new best, and the best epoch up to there is kept."""
    curves = sorted((short_curve(rng) for _ in range(30)), key=len)  # a short one is shown
    cases = [(val, patience) for val in curves for patience in rng.permutation([1, 2, 3, 4]).tolist()]
    answers = [submission.early_stop(val, patience) for val, patience in cases]
    for answer, (val, patience) in zip(answers, cases, strict=True):
        demand_stop(answer, oracle_stop(val, patience))


@needs("test_early_stop")
def test_early_stop_on_long_curves(submission, rng):
    """early_stop is right on noisy curves of up to 300 epochs too, with a patience of up to 20."""
    cases = []
    for _ in range(20):
        n, patience = int(rng.integers(30, 300)), int(rng.integers(1, 21))
        val = np.exp(-np.arange(n) / 40) + rng.uniform(0, 0.2) * rng.random(n)
        cases.append((val.tolist(), patience))
    answers = [submission.early_stop(val, patience) for val, patience in cases]
    for answer, (val, patience) in zip(answers, cases, strict=True):
        demand_stop(answer, oracle_stop(val, patience))


def test_arguments_stay_as_they_are(submission, rng):
    """Neither function modifies the curves that it is given."""
    told, stops = [], []
    for _ in range(2):
        pairs = [random_curves(rng, str(kind), 0.1, 20) for kind in rng.permutation(np.repeat(KINDS, 4))]
        told.append([assert_unchanged(submission.diagnose, train, val) for train, val in pairs])
        stops.append([assert_unchanged(submission.early_stop, val, 2) for _, val in pairs])
    assert_responds(*told, name="diagnose")
    assert_responds(*stops, name="early_stop")
