"""The linear layer backward by einsum, whatever the leading axes."""

import torch


def linear_backward(dout, x, W):
    dx = torch.einsum("...o,io->...i", dout, W)
    leading = "abcdefgh"[: x.ndim - 1]
    dW = torch.einsum(f"{leading}i,{leading}o->io", x, dout)
    db = torch.einsum(f"{leading}o->o", dout)
    return dx, dW, db
