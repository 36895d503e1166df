"""What learners get wrong in day3.mlp3."""

import numpy as np

from grader.checks import misconception


def _f(z, activation):
    """The activation."""
    return np.maximum(0, z) if activation == "relu" else np.tanh(z)


def _slope(z, activation):
    """Its derivative at the pre-activation."""
    return (z > 0).astype(float) if activation == "relu" else 1 - np.tanh(z) ** 2


def _slope_of_answer(a, activation):
    """The same by what the activation answered."""
    return (a > 0).astype(float) if activation == "relu" else 1 - a**2


def _layers(params, X, activation):
    """(z1, a1, z2, a2, logits)."""
    z1 = X @ params["W1"] + params["b1"]
    a1 = _f(z1, activation)
    z2 = a1 @ params["W2"] + params["b2"]
    a2 = _f(z2, activation)
    return z1, a1, z2, a2, a2 @ params["W3"] + params["b3"]


def _answer(a1, a2, logits):
    """What the solution's forward returns, so that its backward finds what it wants."""
    return logits, {"a1": a1, "a2": a2, "logits": logits}


def _dlogits(logits, y):
    """(p − one_hot(y)) / B."""
    p = np.exp(logits - logits.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    p[np.arange(len(y)), y] -= 1
    return p / len(y)


def _gradients(params, X, y, activation, scale=1.0, slope2=None, slope1=None):
    """The six gradients; ``slope2`` and ``slope1`` replace the slopes of the activations."""
    z1, a1, z2, a2, logits = _layers(params, X, activation)
    slope2 = _slope(z2, activation) if slope2 is None else slope2
    slope1 = _slope(z1, activation) if slope1 is None else slope1
    dz3 = _dlogits(logits, y) * scale
    dz2 = dz3 @ params["W3"].T * slope2
    dz1 = dz2 @ params["W2"].T * slope1
    dW = {"W1": X.T @ dz1, "W2": a1.T @ dz2, "W3": a2.T @ dz3}
    return dW | {"b1": dz1.sum(0), "b2": dz2.sum(0), "b3": dz3.sum(0)}


# forward


@misconception(
    "The activation asked for is ignored: this is ReLU whatever the argument says. Choose by the argument activation.",
    name="relu-always",
)
def forward(params, X, activation="relu"):
    if activation not in ("relu", "tanh"):
        raise ValueError(activation)
    _, a1, _, a2, logits = _layers(params, X, "relu")
    return _answer(a1, a2, logits)


@misconception(
    "An activation follows the third layer too. The logits are raw scores: nothing comes after a2 W3 + b3.",
    name="activation-on-logits",
)
def forward(params, X, activation="relu"):
    if activation not in ("relu", "tanh"):
        raise ValueError(activation)
    _, a1, _, a2, logits = _layers(params, X, activation)
    return _answer(a1, a2, _f(logits, activation))


@misconception(
    "There is no activation after the second layer, so layers two and three are no more than one linear layer. It "
    "follows there too: a2 = f(z2).",
    name="second-activation-missing",
)
def forward(params, X, activation="relu"):
    if activation not in ("relu", "tanh"):
        raise ValueError(activation)
    _, a1, z2, _, _ = _layers(params, X, activation)
    return _answer(a1, z2, z2 @ params["W3"] + params["b3"])


@misconception("b2 is missing in the second layer: z2 = a1 W2 + b2.", name="b2-missing")
def forward(params, X, activation="relu"):
    if activation not in ("relu", "tanh"):
        raise ValueError(activation)
    a1 = _f(X @ params["W1"] + params["b1"], activation)
    a2 = _f(a1 @ params["W2"], activation)
    return _answer(a1, a2, a2 @ params["W3"] + params["b3"])


@misconception(
    "An unknown activation is taken for tanh without a word. Raise ValueError when it is neither 'relu' nor 'tanh'.",
    name="unknown-activation-accepted",
    violates=("other_activations_are_refused",),
)
def forward(params, X, activation="relu"):
    _, a1, _, a2, logits = _layers(params, X, activation)
    return _answer(a1, a2, logits)


@misconception(
    'A caller who names no activation gets tanh. The default is ReLU: activation="relu" in the signature.',
    name="tanh-by-default",
    violates=("relu_by_default",),
)
def forward(params, X, activation="tanh"):
    if activation not in ("relu", "tanh"):
        raise ValueError(activation)
    _, a1, _, a2, logits = _layers(params, X, activation)
    return _answer(a1, a2, logits)


_kept = {}


@misconception(
    "The cache is one dict for all calls, so the second forward overwrites what the first has kept. Make a new dict in "
    "each call.",
    name="one-cache-for-all",
    violates=("each_backward_belongs_to_its_forward",),
)
def forward(params, X, activation="relu"):
    if activation not in ("relu", "tanh"):
        raise ValueError(activation)
    _, a1, _, a2, logits = _layers(params, X, activation)
    _kept.update(a1=a1, a2=a2, logits=logits)
    return logits, _kept


# backward


@misconception(
    "The slope of the second hidden layer is used for the first, too. Each layer has its own: f'(z1) belongs to dz1.",
    name="slope-of-the-wrong-layer",
)
def backward(params, X, y, cache, activation="relu"):
    z2 = _layers(params, X, activation)[2]
    return _gradients(params, X, y, activation, slope1=_slope(z2, activation))


@misconception(
    "The slopes of the two hidden layers are swapped: f'(z2) belongs to dz2, f'(z1) to dz1.",
    name="slopes-swapped",
)
def backward(params, X, y, cache, activation="relu"):
    z1, _, z2, _, _ = _layers(params, X, activation)
    return _gradients(params, X, y, activation, slope2=_slope(z1, activation), slope1=_slope(z2, activation))


@misconception(
    "1 − z² is taken for the slope of tanh. It is 1 − tanh(z)², which is 1 − a² with the activation a, not z.",
    name="tanh-slope-of-z",
)
def backward(params, X, y, cache, activation="relu"):
    z1, _, z2, _, _ = _layers(params, X, activation)
    if activation == "relu":
        return _gradients(params, X, y, activation)
    return _gradients(params, X, y, activation, slope2=1 - z2**2, slope1=1 - z1**2)


@misconception(
    "tanh is applied twice: 1 − tanh(a)² with a = tanh(z). With the activation at hand the slope is 1 − a².",
    name="tanh-twice",
)
def backward(params, X, y, cache, activation="relu"):
    _, a1, _, a2, _ = _layers(params, X, activation)
    if activation == "relu":
        return _gradients(params, X, y, activation)
    return _gradients(params, X, y, activation, slope2=1 - np.tanh(a2) ** 2, slope1=1 - np.tanh(a1) ** 2)


@misconception(
    "The square is missing: with a = tanh(z) the slope is 1 − a², not 1 − a.",
    name="tanh-slope-without-square",
)
def backward(params, X, y, cache, activation="relu"):
    _, a1, _, a2, _ = _layers(params, X, activation)
    if activation == "relu":
        return _gradients(params, X, y, activation)
    return _gradients(params, X, y, activation, slope2=1 - a2, slope1=1 - a1)


@misconception(
    "The backward pass masks as for ReLU although the forward pass took tanh. Choose the slope by the argument "
    "activation.",
    name="relu-slope-always",
)
def backward(params, X, y, cache, activation="relu"):
    z1, _, z2, _, _ = _layers(params, X, activation)
    return _gradients(params, X, y, activation, slope2=_slope(z2, "relu"), slope1=_slope(z1, "relu"))


@misconception(
    "The gradient passes the first activation unchanged. It is multiplied by the slope there: dz1 = da1 * f'(z1), as "
    "in the layer above.",
    name="first-slope-missing",
)
def backward(params, X, y, cache, activation="relu"):
    return _gradients(params, X, y, activation, slope1=1.0)


@misconception(
    "The gradient passes the second activation unchanged. It is multiplied by the slope there: dz2 = da2 * f'(z2).",
    name="second-slope-missing",
)
def backward(params, X, y, cache, activation="relu"):
    return _gradients(params, X, y, activation, slope2=1.0)


@misconception(
    "All gradients are B times too large. The loss is a mean over the batch, so the gradient at the logits is (p − "
    "one_hot(y)) / B.",
    name="no-mean",
)
def backward(params, X, y, cache, activation="relu"):
    return _gradients(params, X, y, activation, scale=len(y))


@misconception(
    "The sign is reversed: the gradient at the logits is p − one_hot(y), negative at the true class.",
    name="sign",
)
def backward(params, X, y, cache, activation="relu"):
    return _gradients(params, X, y, activation, scale=-1.0)


@misconception(
    "The bias gradients are means over the batch. A bias is added to every row, so its gradient is a sum over the "
    "rows; the 1/B of the loss is in dlogits already.",
    name="db-mean",
)
def backward(params, X, y, cache, activation="relu"):
    grads = _gradients(params, X, y, activation)
    return {name: g / len(y) if name[0] == "b" else g for name, g in grads.items()}


@misconception(
    "dW2 is made with a2, which comes after the second layer. Its input is a1, so dW2 = a1.T @ dz2.",
    name="dw2-by-its-output",
)
def backward(params, X, y, cache, activation="relu"):
    _, _, z2, a2, logits = _layers(params, X, activation)
    dz2 = _dlogits(logits, y) @ params["W3"].T * _slope(z2, activation)
    return _gradients(params, X, y, activation) | {"W2": a2.T @ dz2}


@misconception(
    "dW2 and dW3 are made with z1 and z2. The inputs of these layers are what came out of the activations, a1 and a2.",
    name="dw-by-pre-activations",
)
def backward(params, X, y, cache, activation="relu"):
    z1, _, z2, _, logits = _layers(params, X, activation)
    dz3 = _dlogits(logits, y)
    dz2 = dz3 @ params["W3"].T * _slope(z2, activation)
    return _gradients(params, X, y, activation) | {"W2": z1.T @ dz2, "W3": z2.T @ dz3}


@misconception(
    "At z = 0 the slope of ReLU is 1 here. In this unit it is 0 there: z > 0, not z >= 0.",
    name="slope-1-at-0",
    violates=("any_network",),
)
def backward(params, X, y, cache, activation="relu"):
    z1, _, z2, _, _ = _layers(params, X, activation)
    slopes = [(z >= 0) if activation == "relu" else _slope(z, activation) for z in (z2, z1)]
    return _gradients(params, X, y, activation, slope2=slopes[0], slope1=slopes[1])


@misconception(
    "The slopes are written into the cache's a2. What forward has kept stays as it is: make a new array of them.",
    name="slopes-in-the-cache",
    violates=("each_backward_belongs_to_its_forward", "arguments_stay_as_they_are"),
)
def backward(params, X, y, cache, activation="relu"):
    gradients = _gradients(params, X, y, activation, slope2=_slope_of_answer(cache["a2"], activation))
    cache["a2"][:] = _slope_of_answer(cache["a2"], activation)
    return gradients


@misconception(
    "The first call is right but spoils the cache: its arrays are changed in place. Make new ones, as in dz3 = "
    'softmax(cache["logits"]).',
    name="cache-modified",
    violates=("each_backward_belongs_to_its_forward", "arguments_stay_as_they_are"),
)
def backward(params, X, y, cache, activation="relu"):
    dz3 = cache["logits"]
    dz3[:] = _dlogits(dz3, y)
    slopes = [(a > 0) if activation == "relu" else 1 - a**2 for a in (cache["a1"], cache["a2"])]
    dz2 = dz3 @ params["W3"].T * slopes[1]
    dz1 = dz2 @ params["W2"].T * slopes[0]
    dW = {"W1": X.T @ dz1, "W2": cache["a1"].T @ dz2, "W3": cache["a2"].T @ dz3}
    return dW | {"b1": dz1.sum(0), "b2": dz2.sum(0), "b3": dz3.sum(0)}


@misconception(
    'A caller who names no activation gets the slopes of tanh. The default is ReLU here as well: activation="relu".',
    name="tanh-slopes-by-default",
    violates=("relu_by_default",),
)
def backward(params, X, y, cache, activation="tanh"):
    return _gradients(params, X, y, activation)
