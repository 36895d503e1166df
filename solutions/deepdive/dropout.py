"""Dropout: some of the activations, drawn anew each time, are set to 0, and the others made larger.

You write inverted dropout, with the mask that it draws, and its backward pass. Source: deep dives, "Dropout".
"""

# /// exercise
# title = "inverted dropout, forward and backward"
# forbids = [
#   "torch.autograd", "torch.func", "Tensor.backward", "torch.nn.functional.dropout", "torch.dropout",
#   "torch.nn.modules.dropout", "torch.nn.Dropout", "torch.nn.Dropout1d", "torch.nn.Dropout2d", "torch.nn.Dropout3d",
#   "torch.native_dropout", "torch.nn.functional.dropout1d", "torch.nn.functional.alpha_dropout", "torch.dropout_",
#   "torch.nn.functional.feature_alpha_dropout", "torch.nn.AlphaDropout", "torch.feature_dropout",
# ]
# why_forbidden = "this exercise is about writing dropout yourself"
# hints = [
#   """Make the mask first, as a tensor of x's shape and dtype that says by what each entry is multiplied: then out is \
#   x * mask in every case, and the backward pass needs nothing else. What is the mask in evaluation? At p = 1?""",
#   """An entry is kept with the probability 1 - p: a uniform number in [0, 1) is at least p just so often. Those that \
#   are kept are multiplied by 1 / (1 - p), so that the average stays what it was; at p = 1 nothing is kept, and \
#   nothing must be divided by 0.""",
#   """keep = torch.rand(x.shape, generator=generator) >= p; mask = keep.to(x.dtype) / (1 - p), for p < 1. \
#   torch.zeros_like(x) for p = 1, torch.ones_like(x) in evaluation. dx = dout * mask.""",
# ]
# ///

import torch


def dropout(x: torch.Tensor, p: float, training: bool, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Return x with some of its entries dropped, and what each entry was multiplied by.

        out = x * mask

    In training each entry of the mask is 0 with the probability p, and 1 / (1 - p) otherwise, whatever the others are:
    the mean of the mask is 1, so that nothing needs to be done at test time. In evaluation all of it is 1. At p = 0
    nothing is dropped, and at p = 1 everything: the mask is all zeros, and so is out, for finite x.

    Args:
        x: activations of any shape with at least one axis, float32 or float64.
        p: the probability of being *dropped*, 0 <= p <= 1.
        training: True in training, False in evaluation.
        generator: source of what is drawn in training, with whatever function of torch you like; it advances. In
            evaluation it is not used, and torch's global generator never is.

    Returns:
        ``(out, mask)``, two tensors of x's shape and dtype. No argument is modified but the generator.

    Raises:
        ValueError: p is less than 0 or more than 1, in training or not.

    Example:
        x = [4, 6, 8, 2] and p = 0.5 may give out = [8, 0, 0, 4] with mask = [2, 0, 0, 2]

    Source: deep dives, "Dropout"; Srivastava and others, 2014, Journal of Machine Learning Research 15.
    """
    # solution
    if not 0 <= p <= 1:
        raise ValueError(f"p is a probability, and {p} is none")
    if not training:
        mask = torch.ones_like(x)
    elif p == 1:
        mask = torch.zeros_like(x)  # where 1 / (1 - p) would be infinite
    else:
        keep = torch.rand(x.shape, generator=generator, dtype=x.dtype) >= p
        mask = keep.to(x.dtype) / (1 - p)
    return x * mask, mask
    # end solution


def dropout_backward(dout: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return the gradient of the loss with respect to x.

    Args:
        dout: the gradient of the loss with respect to out, of any shape.
        mask: what dropout has returned beside out, of dout's shape and dtype.

    Returns:
        dx, of dout's shape and dtype. No argument is modified.

    Example:
        dout = [1, 2, 3, 4], mask = [2, 0, 0, 2] -> [2, 0, 0, 8]

    Source: the chain rule: out = x * mask, and the mask depends on no x.
    """
    # solution
    return dout * mask
    # end solution
