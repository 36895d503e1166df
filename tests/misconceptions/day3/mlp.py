"""What learners get wrong in day3.mlp."""

import numpy as np

from grader.checks import misconception


def _softmax(z, axis=-1):
    """softmax, stable."""
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _layers(params, X):
    """(z1, a1, logits)."""
    z1 = X @ params["W1"] + params["b1"]
    a1 = np.maximum(0, z1)
    return z1, a1, a1 @ params["W2"] + params["b2"]


def _dlogits(logits, y):
    """(p − one_hot(y)) / B."""
    dz2 = _softmax(logits)
    dz2[np.arange(len(y)), y] -= 1
    return dz2 / len(y)


def _gradients(params, X, dz2, **other):
    """The four gradients from that of the logits; ``other`` replaces an intermediate."""
    z1, a1, _ = _layers(params, X)
    da1 = other.get("da1", dz2 @ params["W2"].T)
    dz1 = other.get("dz1", da1 * (z1 > 0))
    return {"W1": X.T @ dz1, "b1": dz1.sum(0), "W2": a1.T @ dz2, "b2": dz2.sum(0)}


def _with_logits(logits, z1, a1):
    """A cache that fits the solution's backward."""
    return logits, {"z1": z1, "a1": a1, "logits": logits}


# forward


@misconception(
    "There is no ReLU between the layers, so the two are no more than one linear layer. Put it there: a1 = "
    "np.maximum(0, z1).",
    name="no-relu",
)
def forward(params, X):
    z1 = X @ params["W1"] + params["b1"]
    return _with_logits(z1 @ params["W2"] + params["b2"], z1, z1)


@misconception(
    "The logits pass through a ReLU. They are raw scores, negative ones too: nothing comes after a1 W2 + b2.",
    name="relu-on-logits",
)
def forward(params, X):
    z1, a1, logits = _layers(params, X)
    return _with_logits(np.maximum(0, logits), z1, a1)


@misconception(
    "These are probabilities. forward returns the logits, before any softmax.",
    name="softmax-in-forward",
)
def forward(params, X):
    z1, a1, logits = _layers(params, X)
    return _with_logits(_softmax(logits), z1, a1)


@misconception("b1 is missing in the first layer: z1 = X W1 + b1.", name="b1-missing")
def forward(params, X):
    z1 = X @ params["W1"]
    a1 = np.maximum(0, z1)
    return _with_logits(a1 @ params["W2"] + params["b2"], z1, a1)


@misconception("b2 is missing in the second layer: logits = a1 W2 + b2.", name="b2-missing")
def forward(params, X):
    z1, a1, _ = _layers(params, X)
    return _with_logits(a1 @ params["W2"], z1, a1)


_kept = {}


@misconception(
    "The cache is one dict for all calls, so the second forward overwrites what the first has kept. Make a new dict in "
    "each call.",
    name="one-cache-for-all",
    violates=("each_backward_belongs_to_its_forward",),
)
def forward(params, X):
    z1, a1, logits = _layers(params, X)
    _kept.update(z1=z1, a1=a1, logits=logits)
    return logits, _kept


@misconception(
    "The forward pass goes through float32 and loses half of its digits. Leave the arrays as they are, float64.",
    name="through-float32",
    violates=("forward",),
)
def forward(params, X):
    z1, a1, logits = _layers({name: p.astype(np.float32) for name, p in params.items()}, X.astype(np.float32))
    return _with_logits(*(array.astype(float) for array in (logits, z1, a1)))


# backward, the logits


@misconception(
    "All gradients are B times too large. The loss is a mean over the batch, so the gradient at the logits is (p − "
    "one_hot(y)) / B.",
    name="no-mean",
)
def backward(params, X, y, cache):
    return _gradients(params, X, _dlogits(_layers(params, X)[2], y) * len(y))


@misconception(
    "All gradients carry 1/B twice. Divide once, at the logits: (p − one_hot(y)) / B. What follows are sums over the "
    "batch.",
    name="mean-twice",
)
def backward(params, X, y, cache):
    return _gradients(params, X, _dlogits(_layers(params, X)[2], y) / len(y))


@misconception(
    "The gradient at the logits is divided by the number of its entries, B·C. The loss is a mean over the B examples "
    "only.",
    name="mean-over-entries",
)
def backward(params, X, y, cache):
    dz2 = _dlogits(_layers(params, X)[2], y)
    return _gradients(params, X, dz2 / dz2.shape[1])


@misconception(
    "The sign is reversed: the gradient at the logits is p − one_hot(y), negative at the true class.",
    name="sign",
)
def backward(params, X, y, cache):
    return _gradients(params, X, -_dlogits(_layers(params, X)[2], y))


@misconception(
    "p (1 − p) is a factor too many. It is the slope of softmax and is in p − one_hot(y) already, which is the "
    "gradient of the loss with respect to the logits.",
    name="slope-of-softmax-twice",
    violates=("backward",),
)
def backward(params, X, y, cache):
    logits = _layers(params, X)[2]
    p = _softmax(logits)
    return _gradients(params, X, _dlogits(logits, y) * p * (1 - p))


@misconception(
    "The 1 is subtracted from the logits. It belongs to the probabilities: softmax first, then − 1 at the true class.",
    name="softmax-missing",
)
def backward(params, X, y, cache):
    dz2 = _layers(params, X)[2]
    dz2[np.arange(len(y)), y] -= 1
    return _gradients(params, X, dz2 / len(y))


@misconception(
    "The gradient at the logits is p alone here. Subtract 1 at the true class of each example: p − one_hot(y).",
    name="one-hot-missing",
)
def backward(params, X, y, cache):
    return _gradients(params, X, _softmax(_layers(params, X)[2]) / len(y))


@misconception(
    "exp overflows for logits of several hundred and gives inf/inf. Subtract the maximum of each row first, or call "
    "your own softmax, which does.",
    name="no-maximum",
    violates=("large_logits",),
)
def backward(params, X, y, cache):
    e = np.exp(_layers(params, X)[2])
    dz2 = e / e.sum(1, keepdims=True)
    dz2[np.arange(len(y)), y] -= 1
    return _gradients(params, X, dz2 / len(y))


@misconception(
    "The softmax runs over the batch here. Each example has its own distribution over the classes: the last axis.",
    name="softmax-over-batch",
)
def backward(params, X, y, cache):
    dz2 = _softmax(_layers(params, X)[2], axis=0)
    dz2[np.arange(len(y)), y] -= 1
    return _gradients(params, X, dz2 / len(y))


@misconception(
    "onehot[:, y] = 1 sets a 1 in every row for every class of the batch. Each row has one: onehot[np.arange(B), y] = "
    "1.",
    name="one-hot-in-every-row",
)
def backward(params, X, y, cache):
    logits = _layers(params, X)[2]
    onehot = np.zeros_like(logits)
    onehot[:, y] = 1
    return _gradients(params, X, (_softmax(logits) - onehot) / len(y))


@misconception(
    "The rows of np.eye(y.max() + 1) have no place for classes that do not occur in this batch. The number of classes "
    "is logits.shape[1].",
    name="one-hot-by-the-largest-label",
    violates=("any_network",),
)
def backward(params, X, y, cache):
    p = _softmax(_layers(params, X)[2])
    return _gradients(params, X, (p - np.eye(y.max() + 1)[y]) / len(y))


# backward, the hidden layer


@misconception(
    "The gradient passes ReLU unchanged. Where z1 was not positive, ReLU was flat, and nothing passes: "
    "dz1 = da1 * (z1 > 0).",
    name="mask-missing",
)
def backward(params, X, y, cache):
    dz2 = _dlogits(_layers(params, X)[2], y)
    return _gradients(params, X, dz2, dz1=dz2 @ params["W2"].T)


@misconception(
    "The gradient itself passes through ReLU here, as by da1 > 0 or np.maximum(0, da1). Which entries pass is decided "
    "by the forward pass, by z1 > 0, and their sign is kept.",
    name="relu-of-the-gradient",
)
def backward(params, X, y, cache):
    dz2 = _dlogits(_layers(params, X)[2], y)
    return _gradients(params, X, dz2, dz1=np.maximum(0, dz2 @ params["W2"].T))


@misconception(
    "The gradient is multiplied by a1. The slope of ReLU is 1 where z1 > 0, however large z1 is: dz1 = da1 * (z1 > 0).",
    name="times-a1",
)
def backward(params, X, y, cache):
    _, a1, logits = _layers(params, X)
    dz2 = _dlogits(logits, y)
    return _gradients(params, X, dz2, dz1=dz2 @ params["W2"].T * a1)


@misconception(
    "The mask is inverted: the gradient passes where z1 <= 0 and stops where z1 > 0. It must be dz1 = da1 * (z1 > 0).",
    name="mask-inverted",
)
def backward(params, X, y, cache):
    z1, _, logits = _layers(params, X)
    dz2 = _dlogits(logits, y)
    return _gradients(params, X, dz2, dz1=dz2 @ params["W2"].T * (z1 <= 0))


@misconception(
    "At z1 = 0 the slope of ReLU is 1 here. In this unit it is 0 there: z1 > 0, not z1 >= 0.",
    name="slope-1-at-0",
)
def backward(params, X, y, cache):
    z1, _, logits = _layers(params, X)
    dz2 = _dlogits(logits, y)
    return _gradients(params, X, dz2, dz1=dz2 @ params["W2"].T * (z1 >= 0))


@misconception(
    "dz2 meets W2 untransposed, which only fits where W2 is square. The way back through a layer takes the transpose: "
    "da1 = dz2 @ W2.T.",
    name="w2-not-transposed",
)
def backward(params, X, y, cache):
    dz2 = _dlogits(_layers(params, X)[2], y)
    return _gradients(params, X, dz2, da1=dz2 @ params["W2"])


# backward, the parameters


@misconception(
    "dW2 is made with z1. The input of the second layer is what came out of ReLU, so dW2 = a1.T @ dz2.",
    name="dw2-by-z1",
)
def backward(params, X, y, cache):
    z1, _, logits = _layers(params, X)
    dz2 = _dlogits(logits, y)
    return _gradients(params, X, dz2) | {"W2": z1.T @ dz2}


@misconception(
    "dW1 and dW2 are transposed. Each has the shape of its weights: dW = (input of the layer).T @ dz.",
    name="dw-transposed",
)
def backward(params, X, y, cache):
    grads = _gradients(params, X, _dlogits(_layers(params, X)[2], y))
    return grads | {"W1": grads["W1"].T, "W2": grads["W2"].T}


@misconception(
    "The bias gradients are means over the batch. A bias is added to every row, so its gradient is a sum over the "
    "rows; the 1/B of the loss is in dlogits already.",
    name="db-mean",
)
def backward(params, X, y, cache):
    grads = _gradients(params, X, _dlogits(_layers(params, X)[2], y))
    return grads | {"b1": grads["b1"] / len(y), "b2": grads["b2"] / len(y)}


@misconception(
    "np.sum without an axis adds up everything, so all units get one number for their biases. Each bias has its own: "
    "the sum over the batch, dz.sum(axis=0).",
    name="db-one-number",
    violates=("backward",),
)
def backward(params, X, y, cache):
    grads = _gradients(params, X, _dlogits(_layers(params, X)[2], y))
    return grads | {"b1": np.sum(grads["b1"]), "b2": np.sum(grads["b2"])}


@misconception(
    "The bias gradients keep the axis of the batch, (1, hidden) and (1, out). A gradient has the shape of its "
    "parameter: leave keepdims out.",
    name="db-with-an-axis-too-many",
    violates=("backward",),
)
def backward(params, X, y, cache):
    grads = _gradients(params, X, _dlogits(_layers(params, X)[2], y))
    return grads | {"b1": grads["b1"][None], "b2": grads["b2"][None]}


@misconception(
    "db1 is the sum of da1, before the mask. b1 is added to z1, so its gradient is the sum of dz1.",
    name="db1-before-the-mask",
)
def backward(params, X, y, cache):
    dz2 = _dlogits(_layers(params, X)[2], y)
    return _gradients(params, X, dz2) | {"b1": (dz2 @ params["W2"].T).sum(0)}


@misconception(
    "The biases get no gradient. They are parameters as the weights are: db is the sum of dz over the batch.",
    name="db-zero",
)
def backward(params, X, y, cache):
    grads = _gradients(params, X, _dlogits(_layers(params, X)[2], y))
    return grads | {"b1": np.zeros_like(grads["b1"]), "b2": np.zeros_like(grads["b2"])}


@misconception(
    "The first call is right but spoils the cache: its arrays are changed in place. Work on a copy, as in dz2 = "
    "p.copy().",
    name="cache-modified",
    violates=("each_backward_belongs_to_its_forward", "arguments_stay_as_they_are"),
)
def backward(params, X, y, cache):
    dz2 = cache["logits"]
    dz2[:] = _softmax(dz2)
    dz2[np.arange(len(y)), y] -= 1
    dz2 /= len(y)
    return _gradients(params, X, dz2)


@misconception(
    "The slopes of ReLU are written into the cache's z1. What forward has kept stays as it is: make a new array, as "
    "z1 > 0 does.",
    name="slopes-in-the-cache",
    violates=("arguments_stay_as_they_are",),
)
def backward(params, X, y, cache):
    z1 = cache["z1"]
    z1[z1 <= 0] = 0
    z1[z1 > 0] = 1
    dz2 = _dlogits(cache["logits"], y)
    return _gradients(params, X, dz2, dz1=dz2 @ params["W2"].T * z1)


@misconception(
    "W2 is reshaped, not transposed, on the way back: the numbers keep their old order. Write W2.T.",
    name="w2-reshaped",
    violates=("backward",),
)
def backward(params, X, y, cache):
    dz2 = _dlogits(_layers(params, X)[2], y)
    W2 = params["W2"]
    return _gradients(params, X, dz2, da1=dz2 @ W2.reshape(W2.shape[::-1]))


@misconception(
    "backward computes the gradients and ends without a return, so Python answers None. End it by returning the dict.",
    name="return-missing",
)
def backward(params, X, y, cache):
    _gradients(params, X, _dlogits(_layers(params, X)[2], y))
