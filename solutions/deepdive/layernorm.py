"""Layer normalisation, forward and backward: each example by itself, over its features.

You write the layer that stands in every transformer, and its gradients in closed form. Source: deep dives, "Layer
Normalization".
"""

# /// exercise
# title = "layer normalisation, forward and backward"
# forbids = [
#   "torch.autograd", "torch.func", "Tensor.backward",
#   "torch.nn.functional.layer_norm", "torch.layer_norm", "torch.native_layer_norm", "torch.nn.LayerNorm",
#   "torch.nn.modules.normalization", "torch.nn.functional.group_norm", "torch.nn.GroupNorm", "torch.group_norm",
#   "torch.nn.functional.rms_norm", "torch.rms_norm", "torch.nn.RMSNorm",
# ]
# why_forbidden = "this exercise is about writing the layer and its gradients yourself"
# hints = [
#   """Write x_hat = (x - mean) / sqrt(var + eps) first, with keepdim=True in both statistics, and use it in both \
#   functions. g and b serve every example, so that dg and db are sums over all examples: over all axes but the \
#   last.""",
#   """With dx_hat = dout * g, each number of an example moves its own x_hat, the example's mean and its variance: dx \
#   = (dx_hat - its mean - x_hat * mean of (dx_hat * x_hat)) / sqrt(var + eps), all means over the last axis. g \
#   comes before these means, since each feature has its own.""",
#   """d_hat = dout * g; dx = inv * (d_hat - d_hat.mean(-1, keepdim=True) - x_hat * (d_hat * x_hat).mean(-1, \
#   keepdim=True)); dg = (dout * x_hat).reshape(-1, d).sum(0); db = dout.reshape(-1, d).sum(0).""",
# ]
# ///

import torch


def layernorm(x: torch.Tensor, g: torch.Tensor, b: torch.Tensor, eps: float = 1e-5) -> torch.Tensor:
    """Return the layer normalisation of x over its last axis.

        mean = sum of x over the d features / d                      (..., 1)
        var  = sum of (x - mean)**2 over the d features / d          (..., 1), divided by d, not by d - 1
        out  = g * (x - mean) / sqrt(var + eps) + b                  (..., d)

    Every example, that is every place of the leading axes, is normalised by itself: what else is in the batch does not
    matter.

    Args:
        x: (..., d), floats, any number of leading axes, none included; d is at least 1. It may be a view.
        g: the gain, (d,), of x's dtype; the text's gamma.
        b: the bias, (d,), of x's dtype; the text's beta.
        eps: added to the variance, under the root.

    Returns:
        A new tensor of x's shape and dtype. No argument is modified.

    Example:
        x = [1, 3] has mean 2 and variance 1; with g = [10, 10], b = [5, 6] and eps = 0 -> [-5, 16]

    Source: deep dives, "Layer Normalization"; Ba, Kiros and Hinton, 2016, arXiv:1607.06450.
    """
    # solution
    x_hat, _ = normalised(x, eps)
    return g * x_hat + b
    # end solution


def layernorm_backward(
    dout: torch.Tensor, x: torch.Tensor, g: torch.Tensor, eps: float = 1e-5
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the gradients of the loss with respect to x, g and b of layernorm(x, g, b, eps).

    mean and var depend on x, and dx must say so: adding a number to all features of an example changes nothing, so that
    the features of dx sum to 0.

    Args:
        dout: the gradient of the loss with respect to the output, of x's shape and dtype.
        x: what layernorm was given, (..., d), with any number of leading axes.
        g: the gain, (d,).
        eps: as in layernorm.

    Returns:
        ``(dx, dg, db)``: of x's shape, (d,) and (d,), of x's dtype. dg and db are sums over all examples, that is over
        all leading axes. No argument is modified.

    Example:
        x = [[1, 3]], g = [10, 10], dout = [[1, 0]] and eps = 0: x_hat is [[-1, 1]] and stays that, whatever x is (but
        for x = [c, c]), so that dx = [[0, 0]], dg = [-1, 0], db = [1, 0]

    Source: the chain rule, applied to the formula of "Layer Normalization" in the deep dives.
    """
    # solution
    x_hat, inv = normalised(x, eps)  # (..., d), (..., 1)
    dx_hat = dout * g  # (..., d): from here on, no g
    through_mean = dx_hat.mean(-1, keepdim=True)  # (..., 1)
    through_var = x_hat * (dx_hat * x_hat).mean(-1, keepdim=True)  # (..., d)
    dx = inv * (dx_hat - through_mean - through_var)
    d = x.shape[-1]
    dg = (dout * x_hat).reshape(-1, d).sum(0)  # (d,)
    db = dout.reshape(-1, d).sum(0)  # (d,)
    return dx, dg, db
    # end solution


# solution
def normalised(x: torch.Tensor, eps: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Return x with mean 0 and variance 1 along its last axis, (..., d), and what it was divided by, inverted."""
    centred = x - x.mean(-1, keepdim=True)
    inv = (centred.square().mean(-1, keepdim=True) + eps).rsqrt()  # (..., 1)
    return centred * inv, inv


# end solution
