"""What learners get wrong in deepdive.worked_network."""

import math

import numpy as np

from grader.checks import misconception


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _bce(z, y):
    """The loss, a float, also where the sigmoid rounds."""
    return float(np.logaddexp(0, -z if y else z)[0])


def _trace(x, W1, b1, W2, b2, y, lr, *, relu=lambda z: np.maximum(0, z), sigmoid=_sigmoid, loss=_bce, **other):
    """All sixteen, in the order of the text; ``other`` replaces one, given the dict so far, for all that follows."""
    t = {}

    def put(name, value):
        t[name] = other[name](t) if name in other else value

    put("z1", W1 @ x + b1)
    put("a1", relu(t["z1"]))
    put("z2", W2 @ t["a1"] + b2)
    put("y_hat", sigmoid(t["z2"]))
    put("loss", loss(t["z2"], y))
    put("delta2", t["y_hat"] - y)
    put("dW2", np.outer(t["delta2"], t["a1"]))
    put("db2", t["delta2"])
    put("da1", W2.T @ t["delta2"])
    put("delta1", t["da1"] * (t["z1"] > 0))
    put("dW1", np.outer(t["delta1"], x))
    put("db1", t["delta1"])
    for name, p in (("W1", W1), ("b1", b1), ("W2", W2), ("b2", b2)):
        put(f"new_{name}", p - lr * t[f"d{name}"])
    return t


# forward


@misconception(
    "No ReLU stands between the layers: a1 equals z1, where z1 is negative too. It is max(0, z1).", name="no-relu"
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, relu=lambda z: z)


@misconception(
    "The hidden layer has a sigmoid here. It has ReLU, max(0, z1); the sigmoid is the output's.", name="sigmoid-inside"
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, relu=_sigmoid)


@misconception("b1 is left out of the first layer: z1 = W1 x + b1.", name="b1-missing")
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, z1=lambda t: W1 @ x)


@misconception("b2 is left out of the output: z2 = W2 a1 + b2.", name="b2-missing")
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, z2=lambda t: W2 @ t["a1"])


@misconception(
    "The output is fed with z1. What the second layer sees is what came out of ReLU: z2 = W2 a1 + b2.",
    name="z2-from-z1",
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, z2=lambda t: W2 @ t["z1"] + b2)


@misconception(
    "The sign in the exponent is reversed, so that y_hat is the probability of the label 0: 1 / (1 + exp(−z2)).",
    name="sigmoid-reversed",
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, sigmoid=lambda z: _sigmoid(-z), loss=lambda z, y: _bce(-z, y))


@misconception("y_hat is z2 itself here, and no probability: it passes through the sigmoid.", name="no-sigmoid")
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, sigmoid=lambda z: z)


@misconception(
    "The loss lacks its minus. A logarithm of a probability is negative, and a loss of 0 is the best there is.",
    name="loss-sign",
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, loss=lambda z, y: -_bce(z, y))


@misconception(
    "The loss is −log(y_hat) for either label. For y = 0 it is −log(1 − y_hat), the other half of the formula.",
    name="loss-of-label-1-only",
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, loss=lambda z, y: _bce(z, 1))


@misconception(
    "Only the term y·log(y_hat) is there, so that the loss is 0 whenever y = 0. Add (1 − y)·log(1 − y_hat).",
    name="second-term-missing",
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, loss=lambda z, y: y * _bce(z, 1))


@misconception("The logarithm has the wrong base, 2. The loss takes the natural one, np.log.", name="log2")
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, loss=lambda z, y: _bce(z, y) / math.log(2))


@misconception("The logarithm has the base 10, as math.log10. The loss takes the natural one, np.log.", name="log10")
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, loss=lambda z, y: _bce(z, y) / math.log(10))


@misconception(
    "The loss is a squared error. For a probability it is the binary cross-entropy.", name="squared-error-as-loss"
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, loss=lambda z, y: float(((_sigmoid(z) - y) ** 2 / 2)[0]))


@misconception(
    "The loss is an array of one number. It is a float: take the entry, as in float(loss[0]).", name="loss-in-an-array"
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, loss=lambda z, y: np.array([_bce(z, y)]))


@misconception(
    "Every number is rounded to the four digits that a page can show, and what follows computes with the rounded ones. "
    "Leave them as they are.",
    name="rounded-on-the-way",
)
def trace(x, W1, b1, W2, b2, y, lr):
    rounded = _trace(x, W1, b1, W2, b2, y, lr, sigmoid=lambda z: _sigmoid(z).round(4))
    return {name: np.round(value, 4) for name, value in rounded.items()}


@misconception(
    "The loss takes the logarithm of a probability that has been rounded to 0 or 1 where z2 is large, and is infinite "
    "or NaN there. From z2 itself: np.logaddexp(0, -z2) for y = 1, and np.logaddexp(0, z2) for y = 0.",
    name="log-of-what-is-rounded",
    violates=("certain_outputs",),
)
def trace(x, W1, b1, W2, b2, y, lr):
    def loss(z, y):
        y_hat = _sigmoid(z)
        return float(-(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))[0])

    return _trace(x, W1, b1, W2, b2, y, lr, loss=loss)


@misconception(
    "The loss has a small number inside its logarithms, as in log(y_hat + 1e-8), and is too small for it: by little "
    "as a rule, and by much where y_hat is near 0. It needs none: np.logaddexp(0, ∓z2) is the loss.",
    name="epsilon-in-the-log",
)
def trace(x, W1, b1, W2, b2, y, lr):
    def loss(z, y):
        y_hat = _sigmoid(z)
        return float(-(y * np.log(y_hat + 1e-8) + (1 - y) * np.log(1 - y_hat + 1e-8))[0])

    return _trace(x, W1, b1, W2, b2, y, lr, loss=loss)


# the output layer


@misconception(
    "delta2 has its sign reversed: it is y_hat − y, negative where the guess is too small.", name="y-minus-y-hat"
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, delta2=lambda t: y - t["y_hat"])


@misconception(
    "delta2 has the sigmoid's slope y_hat(1 − y_hat) once more, as squared error would want it. With the "
    "cross-entropy it cancels: delta2 = y_hat − y.",
    name="slope-too-many",
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, delta2=lambda t: (t["y_hat"] - y) * t["y_hat"] * (1 - t["y_hat"]))


@misconception(
    "delta2 is the gradient at y_hat here. It is wanted at z2, one step further back: times y_hat(1 − y_hat), which "
    "leaves y_hat − y.",
    name="gradient-at-y-hat",
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, delta2=lambda t: (t["y_hat"] - y) / (t["y_hat"] * (1 - t["y_hat"])))


@misconception(
    "dW2 is made with z1. The second layer was fed with a1, so that dW2 is the product of delta2 and a1.",
    name="dW2-from-z1",
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, dW2=lambda t: np.outer(t["delta2"], t["z1"]))


@misconception(
    "dW2 has lost an axis. A gradient has the shape of its parameter, here (1, hidden): np.outer(delta2, a1).",
    name="dW2-flat",
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, dW2=lambda t: t["delta2"] * t["a1"])


@misconception(
    "db2 is 0 here, as if a bias did not learn. b2 is added to z2, so that its gradient is delta2.", name="db2-zero"
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, db2=lambda t: np.zeros(1))


@misconception(
    "The loss's value is in the gradient: delta2 is loss times something. The derivative of the loss with respect to "
    "itself is 1, and delta2 is y_hat − y.",
    name="times-the-loss",
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, delta2=lambda t: t["loss"] * (t["y_hat"] - y))


# the hidden layer


@misconception(
    "What is propagated goes through the new W2. The forward pass used the old one, and every gradient belongs to it: "
    "update last.",
    name="through-the-new-W2",
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, da1=lambda t: (W2 - lr * t["dW2"]).T @ t["delta2"])


@misconception(
    "The gradient passes ReLU unchanged. Where z1 is not positive its slope is 0: delta1 = da1 * (z1 > 0).",
    name="mask-missing",
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, delta1=lambda t: t["da1"])


@misconception(
    "The gradient itself goes through ReLU, max(0, da1). What passes is decided by z1 > 0, and the sign is kept.",
    name="relu-of-the-gradient",
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, delta1=lambda t: np.maximum(0, t["da1"]))


@misconception(
    "da1 has ReLU's slope in it already. It is the gradient in front of it, W2.T @ delta2; delta1 has the slope.",
    name="da1-masked",
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, da1=lambda t: W2.T @ t["delta2"] * (t["z1"] > 0))


@misconception("delta1 is multiplied by a1. ReLU's slope is 1 where z1 > 0, however large z1 is.", name="times-a1")
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, delta1=lambda t: t["da1"] * t["a1"])


@misconception(
    "The hidden layer is given the sigmoid's slope, a1(1 − a1). It has ReLU: 1 where z1 > 0, else 0.",
    name="slope-of-a-sigmoid",
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, delta1=lambda t: t["da1"] * t["a1"] * (1 - t["a1"]))


@misconception(
    "At z1 = 0 the slope of ReLU is 1 here. It is 0 there: z1 > 0, not z1 >= 0.",
    name="slope-1-at-0",
    violates=("any_network",),
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, delta1=lambda t: t["da1"] * (t["z1"] >= 0))


@misconception(
    "dW1 is transposed, (in, hidden). Entry [i, j] is delta1[i] times x[j]: np.outer(delta1, x).",
    name="dW1-transposed",
)
def trace(x, W1, b1, W2, b2, y, lr):
    t = _trace(x, W1, b1, W2, b2, y, lr)
    return t | {"dW1": t["dW1"].T}


@misconception(
    "db1 is da1, in front of ReLU's slope. b1 is added to z1, so that its gradient is delta1.", name="db1-from-da1"
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, db1=lambda t: t["da1"])


@misconception(
    "dW1 is made with da1, so that units that ReLU has shut learn too. It is the product of delta1 and x.",
    name="dW1-from-da1",
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, dW1=lambda t: np.outer(t["da1"], x))


# the update


@misconception(
    "The step goes uphill: the gradient is added. Subtract it, p − lr * dp.", name="uphill", violates=("update",)
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, -lr)


@misconception(
    "The learning rate is 0.5 whatever the argument says: that is the worked example's. Use lr.",
    name="lr-of-the-example",
    violates=("update",),
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, 0.5)


@misconception(
    "The step has no learning rate: the whole gradient is subtracted. p − lr * dp.",
    name="lr-missing",
    violates=("update",),
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, 1.0)


@misconception(
    "The biases stay where they were. They are parameters as the weights are, and take their step too.",
    name="biases-stay",
    violates=("update",),
)
def trace(x, W1, b1, W2, b2, y, lr):
    return _trace(x, W1, b1, W2, b2, y, lr, new_b1=lambda t: b1, new_b2=lambda t: b2)


@misconception(
    "The update writes into the caller's arrays (-= works in place). Make new ones: W1 - lr * dW1.",
    name="in-place",
    violates=("arguments_stay_as_they_are",),
)
def trace(x, W1, b1, W2, b2, y, lr):
    t = _trace(x, W1, b1, W2, b2, y, lr)
    W1 -= lr * t["dW1"]
    b1 -= lr * t["db1"]
    W2 -= lr * t["dW2"]
    b2 -= lr * t["db2"]
    return t
