"""What learners get wrong in day3.sgd."""

import numpy as np

from grader.checks import misconception


def _he(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) * np.sqrt(2 / fan_in)


def _xavier(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) * np.sqrt(1 / fan_in)


def _initial(X, y, hidden, rng):
    """The parameters as the exercise wants them."""
    C = int(y.max()) + 1
    W1 = _he(X.shape[1], hidden, rng)
    return {"W1": W1, "b1": np.zeros(hidden), "W2": 0.01 * _xavier(hidden, C, rng), "b2": np.zeros(C)}


def _loss_and_gradients(p, X, y):
    """The mean loss of a batch, and its four gradients."""
    B = len(y)
    z1 = X @ p["W1"] + p["b1"]
    a1 = np.maximum(0, z1)
    logits = a1 @ p["W2"] + p["b2"]
    log_p = logits - logits.max(1, keepdims=True)
    log_p -= np.log(np.exp(log_p).sum(1, keepdims=True))
    dz2 = np.exp(log_p)
    dz2[np.arange(B), y] -= 1
    dz2 /= B
    dz1 = dz2 @ p["W2"].T * (z1 > 0)
    grads = {"W1": X.T @ dz1, "b1": dz1.sum(0), "W2": a1.T @ dz2, "b2": dz2.sum(0)}
    return float(-log_p[np.arange(B), y].mean()), grads


def _batches(N, batch, rng):
    """The rows of the batches, epoch after epoch."""
    while True:
        order = rng.permutation(N)
        for start in range(0, N, batch):
            yield order[start : start + batch]


def _down(p, grads, lr):
    return {name: p[name] - lr * grads[name] for name in p}


def _loop(params, X, y, steps, lr, rows_of_batches, of=_loss_and_gradients, down=_down):
    """The loop of the exercise, with some of its parts replaced."""
    losses = []
    for rows, _ in zip(rows_of_batches, range(steps), strict=False):
        loss, grads = of(params, X[rows], y[rows])
        losses.append(loss)
        params = down(params, grads, lr)
    return params, losses


# step


@misconception(
    "The update goes uphill. The gradient points to where the loss grows, so subtract it: p − lr·dp.",
    name="step-uphill",
)
def step(params, grads, lr):
    return {name: p + lr * grads[name] for name, p in params.items()}


@misconception("The learning rate is missing: p − lr·dp, not p − dp.", name="step-without-lr")
def step(params, grads, lr):
    return {name: p - grads[name] for name, p in params.items()}


@misconception(
    "The parameters stay as they were. In a loop, p = p − lr·dp changes no dict: put the new arrays into a new one, "
    "and let train keep what step returns.",
    name="step-lost",
)
def step(params, grads, lr):
    for name, p in params.items():
        p = p - lr * grads[name]  # noqa: PLW2901
    return dict(params)


@misconception(
    "The caller's arrays are changed in place by -=. Make new ones: {name: p - lr * grads[name] for …}.",
    name="step-in-place",
    violates=("step", "step_leaves_its_arguments"),
)
def step(params, grads, lr):
    for name in params:
        params[name] -= lr * grads[name]
    return params


@misconception(
    "Only the weights move. The biases take the step too, and whatever else is in the dict.",
    name="step-weights-only",
)
def step(params, grads, lr):
    return {name: p - lr * grads[name] if name.startswith("W") else p.copy() for name, p in params.items()}


# train: the beginning


@misconception(
    "The 0.01 before W2 is missing, so the first guess is a confident one and the first loss is not ln C. W2 is 0.01 "
    "* xavier(hidden, C, rng).",
    name="second-layer-not-small",
    violates=("first_loss",),
)
def train(X, y, hidden, steps, lr, batch, rng):
    p = _initial(X, y, hidden, rng)
    p["W2"] = p["W2"] / 0.01
    return _loop(p, X, y, steps, lr, _batches(len(X), batch, rng))


@misconception(
    "All weights start at zero, so the hidden units stay alike for ever. Draw them: W1 by he, and W2 by 0.01 * "
    "xavier(hidden, C, rng).",
    name="zero-weights",
)
def train(X, y, hidden, steps, lr, batch, rng):
    p = {name: np.zeros_like(a) for name, a in _initial(X, y, hidden, rng).items()}
    return _loop(p, X, y, steps, lr, _batches(len(X), batch, rng))


@misconception(
    "W2 starts at exactly zero, so no gradient reaches W1 in the first step. Small is wanted: 0.01 * xavier(hidden, "
    "C, rng).",
    name="second-layer-zero",
)
def train(X, y, hidden, steps, lr, batch, rng):
    p = _initial(X, y, hidden, rng)
    p["W2"] = np.zeros_like(p["W2"])
    return _loop(p, X, y, steps, lr, _batches(len(X), batch, rng))


@misconception(
    "W1 is drawn by xavier. ReLU follows it, so it is he(in, hidden, rng).",
    name="xavier-for-the-first-layer",
)
def train(X, y, hidden, steps, lr, batch, rng):
    p = _initial(X, y, hidden, rng)
    p["W1"] = p["W1"] / np.sqrt(2)
    return _loop(p, X, y, steps, lr, _batches(len(X), batch, rng))


@misconception(
    "W2 is drawn before W1, so the rng gives other numbers to both. W1 comes first.",
    name="weights-in-the-other-order",
)
def train(X, y, hidden, steps, lr, batch, rng):
    C = int(y.max()) + 1
    W2 = 0.01 * _xavier(hidden, C, rng)
    p = {"W1": _he(X.shape[1], hidden, rng), "b1": np.zeros(hidden), "W2": W2, "b2": np.zeros(C)}
    return _loop(p, X, y, steps, lr, _batches(len(X), batch, rng))


# train: the batches


@misconception(
    "Every step uses all N rows. It takes only `batch` of them, the next slice of the epoch's order.",
    name="whole-data",
)
def train(X, y, hidden, steps, lr, batch, rng):
    p = _initial(X, y, hidden, rng)
    return _loop(p, X, y, steps, lr, (np.arange(len(X)) for _ in range(steps)))


@misconception(
    "Rows are drawn with replacement, some twice and some never. An epoch uses each row once: slices of "
    "rng.permutation(N).",
    name="with-replacement",
)
def train(X, y, hidden, steps, lr, batch, rng):
    p = _initial(X, y, hidden, rng)
    return _loop(p, X, y, steps, lr, (rng.integers(0, len(X), batch) for _ in range(steps)))


@misconception(
    "A new permutation is drawn at every step, so rows of one batch may come again in the next. Draw it once an epoch, "
    "and take its slices one after the other.",
    name="permutation-every-step",
    violates=("trajectory",),
)
def train(X, y, hidden, steps, lr, batch, rng):
    p = _initial(X, y, hidden, rng)
    return _loop(p, X, y, steps, lr, (rng.permutation(len(X))[:batch] for _ in range(steps)))


@misconception(
    "All epochs go through the rows in the same order. Draw a new permutation at the beginning of each.",
    name="one-permutation",
    violates=("epochs",),
)
def train(X, y, hidden, steps, lr, batch, rng):
    p = _initial(X, y, hidden, rng)
    order = rng.permutation(len(X))

    def batches():
        while True:
            for start in range(0, len(X), batch):
                yield order[start : start + batch]

    return _loop(p, X, y, steps, lr, batches())


@misconception(
    "The rows are not shuffled. Draw their order with rng.permutation(N) at the beginning of each epoch.",
    name="not-shuffled",
)
def train(X, y, hidden, steps, lr, batch, rng):
    p = _initial(X, y, hidden, rng)

    def batches():
        while True:
            for start in range(0, len(X), batch):
                yield np.arange(start, min(start + batch, len(X)))

    return _loop(p, X, y, steps, lr, batches())


@misconception(
    "The rows that are left at the end of an epoch are dropped. They are a batch too, if a smaller one.",
    name="last-batch-dropped",
    violates=("epochs",),
)
def train(X, y, hidden, steps, lr, batch, rng):
    p = _initial(X, y, hidden, rng)

    def batches():
        while True:
            order = rng.permutation(len(X))
            for start in range(0, max(len(X) - batch, 0) + 1, batch):
                yield order[start : start + batch]

    return _loop(p, X, y, steps, lr, batches())


@misconception(
    "X is shuffled and y is not, so the examples get other examples' classes. Take the same rows of both: X[rows] and "
    "y[rows].",
    name="labels-left-behind",
)
def train(X, y, hidden, steps, lr, batch, rng):
    p = _initial(X, y, hidden, rng)
    losses = []
    while True:
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch):
            if len(losses) == steps:
                return p, losses
            loss, grads = _loss_and_gradients(p, X[order[start : start + batch]], y[start : start + batch])
            losses.append(loss)
            p = _down(p, grads, lr)


@misconception(
    "y is shuffled and X is not, so the examples get other examples' classes. Take the same rows of both: X[rows] and "
    "y[rows].",
    name="examples-left-behind",
)
def train(X, y, hidden, steps, lr, batch, rng):
    p = _initial(X, y, hidden, rng)
    losses = []
    while True:
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch):
            if len(losses) == steps:
                return p, losses
            loss, grads = _loss_and_gradients(p, X[start : start + batch], y[order[start : start + batch]])
            losses.append(loss)
            p = _down(p, grads, lr)


# train: the step


@misconception(
    "The loss is measured after the update. Note it before: the loss that the gradients of this step belong to.",
    name="loss-after-update",
    violates=("losses",),
)
def train(X, y, hidden, steps, lr, batch, rng):
    p = _initial(X, y, hidden, rng)
    losses = []
    for rows, _ in zip(_batches(len(X), batch, rng), range(steps), strict=False):
        p = _down(p, _loss_and_gradients(p, X[rows], y[rows])[1], lr)
        losses.append(_loss_and_gradients(p, X[rows], y[rows])[0])
    return p, losses


@misconception(
    "The loss is measured on all N rows. Note the loss of the step's own batch.",
    name="loss-of-all-rows",
    violates=("losses",),
)
def train(X, y, hidden, steps, lr, batch, rng):
    p = _initial(X, y, hidden, rng)
    losses = []
    for rows, _ in zip(_batches(len(X), batch, rng), range(steps), strict=False):
        losses.append(_loss_and_gradients(p, X, y)[0])
        p = _down(p, _loss_and_gradients(p, X[rows], y[rows])[1], lr)
    return p, losses


@misconception(
    "The gradients of earlier steps are added to those of this one. Every step uses those of its own batch alone.",
    name="gradients-accumulate",
    violates=("trajectory",),
)
def train(X, y, hidden, steps, lr, batch, rng):
    total = {}

    def down(p, grads, lr):
        for name, g in grads.items():
            total[name] = total.get(name, 0) + g
        return _down(p, total, lr)

    return _loop(_initial(X, y, hidden, rng), X, y, steps, lr, _batches(len(X), batch, rng), down=down)


@misconception(
    "The gradients are not divided by the size of the batch, so every step is `batch` times too long. The loss is a "
    "mean, and so is its gradient.",
    name="sum-for-mean",
)
def train(X, y, hidden, steps, lr, batch, rng):
    def of(p, X, y):
        loss, grads = _loss_and_gradients(p, X, y)
        return loss, {name: g * len(y) for name, g in grads.items()}

    return _loop(_initial(X, y, hidden, rng), X, y, steps, lr, _batches(len(X), batch, rng), of)


@misconception(
    "W2 is updated before the gradient goes back through it, so W1 sees the new one. Compute all gradients first, then "
    "update.",
    name="update-too-early",
)
def train(X, y, hidden, steps, lr, batch, rng):
    p = _initial(X, y, hidden, rng)
    losses = []
    for rows, _ in zip(_batches(len(X), batch, rng), range(steps), strict=False):
        loss, grads = _loss_and_gradients(p, X[rows], y[rows])
        losses.append(loss)
        p = p | _down({"W2": p["W2"], "b2": p["b2"]}, grads, lr)
        z1 = X[rows] @ p["W1"] + p["b1"]
        logits = np.maximum(0, z1) @ (p["W2"] + lr * grads["W2"]) + p["b2"] + lr * grads["b2"]
        e = np.exp(logits - logits.max(1, keepdims=True))
        dz2 = e / e.sum(1, keepdims=True)
        dz2[np.arange(len(rows)), y[rows]] -= 1
        dz1 = dz2 / len(rows) @ p["W2"].T * (z1 > 0)
        p = p | _down({"W1": p["W1"], "b1": p["b1"]}, {"W1": X[rows].T @ dz1, "b1": dz1.sum(0)}, lr)
    return p, losses


@misconception(
    "The learning rate falls during training. Here it is the same at every step.",
    name="lr-decays",
    violates=("trajectory",),
)
def train(X, y, hidden, steps, lr, batch, rng):
    p, losses = _initial(X, y, hidden, rng), []
    for k, rows in zip(range(steps), _batches(len(X), batch, rng), strict=False):
        loss, grads = _loss_and_gradients(p, X[rows], y[rows])
        losses.append(loss)
        p = _down(p, grads, lr * (1 - k / steps))
    return p, losses


@misconception(
    "X is scaled in place, so the caller's examples change. Leave them as they are.",
    name="scales-the-examples",
)
def train(X, y, hidden, steps, lr, batch, rng):
    X -= X.mean(axis=0)
    X /= X.std(axis=0)
    return _loop(_initial(X, y, hidden, rng), X, y, steps, lr, _batches(len(X), batch, rng))
