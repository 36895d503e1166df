"""Batch normalisation, backward: one formula through mean, variance and all.

You write the gradients of the whole layer in one step. Each number of a batch moves its own normalised value,
and also the mean and the variance, through which it moves every other value of its column: hence the two
sums. Source: lecture 5, section 5.5, exercise 3.
"""

# /// exercise
# title = "batch normalisation in one step"
# forbids = [
#   "torch.autograd", "torch.func", "Tensor.backward",
#   "torch.nn.functional.cross_entropy", "torch.nn.functional.nll_loss", "torch.nn.CrossEntropyLoss",
#   "torch.nn.functional.batch_norm",
# ]
# why_forbidden = "this unit is about writing the gradient yourself"
# ///

import torch


def batchnorm_backward(
    dout: torch.Tensor, bnraw: torch.Tensor, bngain: torch.Tensor, bnvar_inv: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the gradients of the loss with respect to x, the gain and the bias of a batch normalisation.

    The layer normalises each of the H columns over the n rows of the batch:

        mean   = sum of x over the rows / n                   (1, H)
        var    = sum of (x - mean)**2 over the rows / (n - 1) (1, H), n - 1 is Bessel's correction
        var_inv = 1 / sqrt(var + 1e-5)                        (1, H), given as bnvar_inv
        x_hat  = (x - mean) * var_inv                         (n, H), given as bnraw
        out    = bngain * x_hat + bnbias                      (n, H)

    Mean and variance depend on x, and dx must say so. The result is one closed formula in the four
    arguments, no pass through the atoms and no loop; neither x, nor its mean, nor bnbias is needed for it.
    Each column of dx sums to zero, for adding the same number to a whole column of x changes nothing.

    Args:
        dout: gradient of the loss with respect to out, (n, H), floats; n is at least 2.
        bnraw: x_hat, (n, H), of dout's dtype.
        bngain: the gain, (1, H).
        bnvar_inv: 1 / sqrt(var + 1e-5), (1, H).

    Returns:
        ``(dx, dgain, dbias)``, of shapes (n, H), (1, H) and (1, H). No argument is modified.

    Example:
        x = [[0], [1], [2]] has mean 1 and variance 1, so (up to the 1e-5) bnraw = [[-1], [0], [1]] and
        bnvar_inv = [[1]]. With dout = [[1], [0], [0]] and bngain = [[6]]:
        dx = [[1], [-2], [1]], dgain = [[-1]], dbias = [[1]]

    Source: lecture 5, section 5.5 (exercise 3). The layer is from Ioffe and Szegedy, 2015, arXiv:1502.03167,
    which divides the variance by n where the lecture divides by n - 1.
    """
    raise NotImplementedError("lecture5.batchnorm: batchnorm_backward is not written yet")
