"""The linear layer backward in NumPy: contract all leading axes at once."""

import numpy as np
import torch


def linear_backward(dout, x, W):
    dout, x, W = dout.numpy(), x.numpy(), W.numpy()
    leading = list(range(x.ndim - 1))
    dx = np.matmul(dout, W.swapaxes(0, 1))
    dW = np.tensordot(x, dout, (leading, leading))
    db = np.sum(dout, axis=tuple(leading)) if leading else dout.copy()
    return torch.from_numpy(dx), torch.from_numpy(dW), torch.from_numpy(db)
