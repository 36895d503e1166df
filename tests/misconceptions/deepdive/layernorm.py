"""What learners get wrong in deepdive.layernorm."""

import torch

from grader.checks import misconception


def _hat(x, eps, unbiased=False, axis=-1):
    """(x_hat, inv), right by default."""
    inv = (x.var(axis, keepdim=True, unbiased=unbiased) + eps) ** -0.5
    return (x - x.mean(axis, keepdim=True)) * inv, inv


def _sums(dout, x_hat):
    """(dg, db), right."""
    d = dout.shape[-1]
    return (dout * x_hat).reshape(-1, d).sum(0), dout.reshape(-1, d).sum(0)


def _dx(d_hat, x_hat, inv):
    """dx from the gradient at x_hat, right."""
    return inv * (d_hat - d_hat.mean(-1, keepdim=True) - x_hat * (d_hat * x_hat).mean(-1, keepdim=True))


# forward


@misconception(
    "The variance is divided by d − 1, which is torch's default. Layer normalisation divides by d: var(-1, "
    "unbiased=False).",
    name="unbiased",
    violates=("forward",),
)
def layernorm(x, g, b, eps=1e-5):
    return g * _hat(x, eps, unbiased=True)[0] + b


@misconception(
    "Mean and variance are taken over the batch, axis 0, feature by feature. That is batch normalisation. Here each "
    "example is normalised over its own features, axis −1.",
    name="over-the-batch",
    violates=("forward",),
)
def layernorm(x, g, b, eps=1e-5):
    return g * _hat(x, eps, axis=0)[0] + b


@misconception(
    "One mean and one variance serve the whole tensor. Each example has its own: over the last axis, with "
    "keepdim=True.",
    name="over-everything",
    violates=("forward",),
)
def layernorm(x, g, b, eps=1e-5):
    return g * (x - x.mean()) / torch.sqrt(x.var(unbiased=False) + eps) + b


@misconception(
    "Over all axes but the first: right for rows, but with more leading axes each place is an example of its own. The "
    "last axis alone is normalised.",
    name="all-but-the-first-axis",
    violates=("forward_of_any_axes",),
)
def layernorm(x, g, b, eps=1e-5):
    return g * _hat(x, eps, axis=tuple(range(1, x.ndim)) or 0)[0] + b


@misconception(
    "eps is added to the standard deviation, behind the root. It belongs to the variance: sqrt(var + eps).",
    name="eps-behind-the-root",
    violates=("forward",),
)
def layernorm(x, g, b, eps=1e-5):
    return g * (x - x.mean(-1, keepdim=True)) / (x.std(-1, keepdim=True, unbiased=False) + eps) + b


@misconception(
    "eps is added once the root has been taken and inverted. It belongs to the variance: 1 / sqrt(var + eps).",
    name="eps-behind-the-inverse",
    violates=("forward",),
)
def layernorm(x, g, b, eps=1e-5):
    inv = x.std(-1, keepdim=True, unbiased=False) ** -1 + eps
    return g * (x - x.mean(-1, keepdim=True)) * inv + b


@misconception(
    "eps is 1e-5 whatever the argument says; that is only its default.", name="eps-ignored", violates=("forward",)
)
def layernorm(x, g, b, eps=1e-5):
    return g * _hat(x, 1e-5)[0] + b


@misconception(
    "There is no eps: rows of little variance are blown up. Divide by sqrt(var + eps).",
    name="eps-missing",
    violates=("forward",),
)
def layernorm(x, g, b, eps=1e-5):
    return g * _hat(x, 0.0)[0] + b


@misconception(
    "It is divided by the variance. The standard deviation is wanted, its root: sqrt(var + eps).",
    name="root-missing",
    violates=("forward",),
)
def layernorm(x, g, b, eps=1e-5):
    x_hat, inv = _hat(x, eps)
    return g * x_hat * inv + b


@misconception(
    "The mean is not subtracted: this is RMSNorm, the root of the mean square. Layer normalisation centres first.",
    name="rmsnorm",
    violates=("forward",),
)
def layernorm(x, g, b, eps=1e-5):
    return g * x * torch.rsqrt(x.square().mean(-1, keepdim=True) + eps) + b


@misconception(
    "The variance is right, but x is divided without its mean having been subtracted: (x − mean) / sqrt(var + eps).",
    name="not-centred",
    violates=("forward",),
)
def layernorm(x, g, b, eps=1e-5):
    return g * x * _hat(x, eps)[1] + b


@misconception("The gain is missing: g * x_hat + b.", name="gain-missing", violates=("forward",))
def layernorm(x, g, b, eps=1e-5):
    return _hat(x, eps)[0] + b


@misconception("The bias is missing: g * x_hat + b.", name="bias-missing", violates=("forward",))
def layernorm(x, g, b, eps=1e-5):
    return g * _hat(x, eps)[0]


@misconception(
    "The bias is multiplied by the gain as well: g * (x_hat + b). It comes last: g * x_hat + b.",
    name="bias-before-gain",
    violates=("forward",),
)
def layernorm(x, g, b, eps=1e-5):
    return g * (_hat(x, eps)[0] + b)


@misconception(
    "The gain is 1 + g, as some models have it. Here it is g itself.", name="one-plus-g", violates=("forward",)
)
def layernorm(x, g, b, eps=1e-5):
    return (1 + g) * _hat(x, eps)[0] + b


@misconception(
    "x is centred in place, and the caller's tensor with it. Make a new one: x − mean.",
    name="centred-in-place",
    violates=("arguments_stay_as_they_are",),
)
def layernorm(x, g, b, eps=1e-5):
    x_hat = _hat(x, eps)[0]
    x -= x.mean(-1, keepdim=True)
    return g * x_hat + b


# backward: dx


@misconception(
    "The mean's term is missing in dx: x moves its example's mean, which all its features share. Subtract the mean of "
    "dout·g.",
    name="mean-term-lost",
    violates=("dx", "features_of_dx_sum_to_zero"),
)
def layernorm_backward(dout, x, g, eps=1e-5):
    x_hat, inv = _hat(x, eps)
    d_hat = dout * g
    return inv * (d_hat - x_hat * (d_hat * x_hat).mean(-1, keepdim=True)), *_sums(dout, x_hat)


@misconception(
    "The variance's term is missing in dx: x moves its example's variance, by which all its features are divided. "
    "Subtract x_hat times the mean of dout·g·x_hat.",
    name="variance-term-lost",
)
def layernorm_backward(dout, x, g, eps=1e-5):
    x_hat, inv = _hat(x, eps)
    d_hat = dout * g
    return inv * (d_hat - d_hat.mean(-1, keepdim=True)), *_sums(dout, x_hat)


@misconception(
    "Mean and variance are taken for constants: dx is dout·g/√(var + eps) and no more. Both depend on x, and each "
    "sends a gradient back to every feature.",
    name="statistics-constant",
    violates=("dx", "features_of_dx_sum_to_zero"),
)
def layernorm_backward(dout, x, g, eps=1e-5):
    x_hat, inv = _hat(x, eps)
    return dout * g * inv, *_sums(dout, x_hat)


@misconception(
    "The gain is missing in dx: out = g·x_hat + b, so that the gradient at x_hat is dout·g.", name="gain-lost-in-dx"
)
def layernorm_backward(dout, x, g, eps=1e-5):
    x_hat, inv = _hat(x, eps)
    return _dx(dout, x_hat, inv), *_sums(dout, x_hat)


@misconception(
    "The gain stands in front of the whole of dx, as it may in batch normalisation. Here the means run over the "
    "features, and each has a gain of its own: dout·g first, and of that the means.",
    name="gain-in-front",
    violates=("dx", "features_of_dx_sum_to_zero"),
)
def layernorm_backward(dout, x, g, eps=1e-5):
    x_hat, inv = _hat(x, eps)
    return g * _dx(dout, x_hat, inv), *_sums(dout, x_hat)


@misconception(
    "The variance's term is divided by d − 1. That would fit a variance by d − 1; this one is by d.",
    name="bessel-in-dx",
)
def layernorm_backward(dout, x, g, eps=1e-5):
    x_hat, inv = _hat(x, eps)
    d_hat, d = dout * g, x.shape[-1]
    through_var = x_hat * (d_hat * x_hat).sum(-1, keepdim=True) / max(d - 1, 1)
    return inv * (d_hat - d_hat.mean(-1, keepdim=True) - through_var), *_sums(dout, x_hat)


@misconception(
    "In backward the variance is divided by d − 1. It is the forward pass's, by d: var(-1, unbiased=False).",
    name="unbiased-in-backward",
    violates=("dx", "dg_and_db"),
)
def layernorm_backward(dout, x, g, eps=1e-5):
    x_hat, inv = _hat(x, eps, unbiased=True)
    return _dx(dout * g, x_hat, inv), *_sums(dout, x_hat)


@misconception(
    "dx takes the batch's means, over axis 0. What an example's x moves is its own statistics: means over axis −1.",
    name="means-over-the-batch",
    violates=("dx", "features_of_dx_sum_to_zero"),
)
def layernorm_backward(dout, x, g, eps=1e-5):
    x_hat, inv = _hat(x, eps)
    d_hat = dout * g
    dx = inv * (d_hat - d_hat.mean(0, keepdim=True) - x_hat * (d_hat * x_hat).mean(0, keepdim=True))
    return dx, *_sums(dout, x_hat)


@misconception(
    "Both terms are sums over the features. They are means: divide by d.",
    name="sums-for-means",
    violates=("dx", "features_of_dx_sum_to_zero"),
)
def layernorm_backward(dout, x, g, eps=1e-5):
    x_hat, inv = _hat(x, eps)
    d_hat = dout * g
    dx = inv * (d_hat - d_hat.sum(-1, keepdim=True) - x_hat * (d_hat * x_hat).sum(-1, keepdim=True))
    return dx, *_sums(dout, x_hat)


@misconception(
    "The variance's term is added. A larger x makes the variance larger and what is divided by it smaller: subtract.",
    name="variance-term-added",
)
def layernorm_backward(dout, x, g, eps=1e-5):
    x_hat, inv = _hat(x, eps)
    d_hat = dout * g
    dx = inv * (d_hat - d_hat.mean(-1, keepdim=True) + x_hat * (d_hat * x_hat).mean(-1, keepdim=True))
    return dx, *_sums(dout, x_hat)


@misconception("dx is not divided by √(var + eps): inv is missing in front of it.", name="inv-missing")
def layernorm_backward(dout, x, g, eps=1e-5):
    x_hat, _ = _hat(x, eps)
    return _dx(dout * g, x_hat, 1.0), *_sums(dout, x_hat)


@misconception(
    "backward has an eps of 1e-5 of its own. It takes the forward pass's, which is an argument.",
    name="eps-ignored-in-backward",
    violates=("dx", "dg_and_db"),
)
def layernorm_backward(dout, x, g, eps=1e-5):
    x_hat, inv = _hat(x, 1e-5)
    return _dx(dout * g, x_hat, inv), *_sums(dout, x_hat)


# backward: dg and db


@misconception("dg is made with x itself. g multiplies x_hat, so that dg is the sum of dout·x_hat.", name="dg-with-x")
def layernorm_backward(dout, x, g, eps=1e-5):
    x_hat, inv = _hat(x, eps)
    return _dx(dout * g, x_hat, inv), _sums(dout, x)[0], _sums(dout, x_hat)[1]


@misconception(
    "dg is made with x − mean, not yet divided. g multiplies x_hat, the normalised x.", name="dg-with-centred"
)
def layernorm_backward(dout, x, g, eps=1e-5):
    x_hat, inv = _hat(x, eps)
    return _dx(dout * g, x_hat, inv), _sums(dout, x_hat / inv)[0], _sums(dout, x_hat)[1]


@misconception(
    "dg has the gain in it. The derivative of g·x_hat with respect to g is x_hat alone.", name="dg-with-gain"
)
def layernorm_backward(dout, x, g, eps=1e-5):
    x_hat, inv = _hat(x, eps)
    return _dx(dout * g, x_hat, inv), g * _sums(dout, x_hat)[0], _sums(dout, x_hat)[1]


@misconception(
    "dg and db are means over the examples. Every example adds its share to one g and one b: sums.",
    name="means-for-sums",
)
def layernorm_backward(dout, x, g, eps=1e-5):
    x_hat, inv = _hat(x, eps)
    d = x.shape[-1]
    means = ((dout * x_hat).reshape(-1, d).mean(0), dout.reshape(-1, d).mean(0))
    return _dx(dout * g, x_hat, inv), *means


@misconception(
    "dg and db are summed over the features, one number for each example. g and b have one number for each feature: "
    "sum over the examples.",
    name="summed-over-features",
    violates=("dg_and_db",),
)
def layernorm_backward(dout, x, g, eps=1e-5):
    x_hat, inv = _hat(x, eps)
    return _dx(dout * g, x_hat, inv), (dout * x_hat).sum(-1), dout.sum(-1)


@misconception(
    "dg and db are summed over the first axis alone. With more leading axes every one of them is summed over, until "
    "(d,) is left; without any, nothing is.",
    name="summed-over-the-first-axis",
    violates=("backward_of_any_axes",),
)
def layernorm_backward(dout, x, g, eps=1e-5):
    x_hat, inv = _hat(x, eps)
    return _dx(dout * g, x_hat, inv), (dout * x_hat).sum(0), dout.sum(0)


@misconception(
    "dg and db keep an axis, (1, d). A gradient has the shape of its parameter, (d,): no keepdim there.",
    name="dg-with-an-axis-too-many",
    violates=("dg_and_db",),
)
def layernorm_backward(dout, x, g, eps=1e-5):
    x_hat, inv = _hat(x, eps)
    dg, db = _sums(dout, x_hat)
    return _dx(dout * g, x_hat, inv), dg[None], db[None]


@misconception("dg and db are exchanged: (dx, dg, db) is the order.", name="exchanged")
def layernorm_backward(dout, x, g, eps=1e-5):
    x_hat, inv = _hat(x, eps)
    dg, db = _sums(dout, x_hat)
    return _dx(dout * g, x_hat, inv), db, dg


@misconception(
    "dout is multiplied by g in place, and the caller's gradient with it. Make a new tensor: dout * g.",
    name="gain-in-place",
    violates=("arguments_stay_as_they_are",),
)
def layernorm_backward(dout, x, g, eps=1e-5):
    x_hat, inv = _hat(x, eps)
    sums = _sums(dout, x_hat)
    dout *= g
    return _dx(dout, x_hat, inv), *sums


@misconception(
    "The gradients go through float64 and come back in it. They have the dtype of x.",
    name="always-float64",
    violates=("float32",),
)
def layernorm_backward(dout, x, g, eps=1e-5):
    dout, x, g = dout.double(), x.double(), g.double()
    x_hat, inv = _hat(x, eps)
    return _dx(dout * g, x_hat, inv), *_sums(dout, x_hat)
