"""The same network in torch: what you derived by hand, autograd does.

You write the two-layer network as an ``nn.Module``, fill it with weights that come from NumPy, and train it by the loop
that every training loop in torch is a variation of. From the same weights and on the same batches it goes, step for
step, where the NumPy loop goes. Source: day 3, section "PyTorch, the easy way".
"""

# /// exercise
# title = "the torch twin"
# preload = ["torch._dynamo"]
# ///

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


class MLP(nn.Module):
    """The two-layer network of this unit: linear, ReLU, linear.

        h = ReLU(x W1 + b1)       (B, hidden_dim)
        logits = h W2 + b2        (B, out_dim)

    The layers are ``nn.Linear`` and are called ``fc1`` and ``fc2``. The logits are returned as they are: the softmax
    belongs to the loss.

    Args:
        in_dim: features of an example.
        hidden_dim: hidden units.
        out_dim: classes.

    Example:
        MLP(4, 16, 3) has 131 parameters, as the NumPy network has

    Source: day 3, section "PyTorch, the easy way".
    """

    def __init__(self, in_dim: int, hidden_dim: int, out_dim: int) -> None:
        """Make the two layers; how they are initialised is nn.Linear's business."""
        super().__init__()
        raise NotImplementedError("day3.torch_twin: MLP.__init__ is not written yet")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the logits, (B, out_dim), of examples x, (B, in_dim)."""
        raise NotImplementedError("day3.torch_twin: MLP.forward is not written yet")


def from_numpy(params: dict[str, np.ndarray]) -> MLP:
    """Return an MLP with the weights of the NumPy network.

    Its logits on a tensor of examples are those of the NumPy ``forward`` on the same examples: X W1 + b1, ReLU, then
    W2 and b2. Mind how ``nn.Linear`` keeps its weights: its ``weight`` is (out, in), and it computes
    x @ weight.T + bias.

    Args:
        params: ``W1`` (in, hidden), ``b1`` (hidden,), ``W2`` (hidden, out), ``b2`` (out,), floats of one dtype (float32
            or float64). They are not modified.

    Returns:
        An ``MLP`` of these sizes, its parameters of the arrays' dtype and ready for training.

    Source: day 3, the table "NumPy, PyTorch".
    """
    raise NotImplementedError("day3.torch_twin: from_numpy is not written yet")


def train(
    model: nn.Module, X: np.ndarray, y: np.ndarray, steps: int, lr: float, batch: int, rng: np.random.Generator
) -> list[float]:
    """Train a model in place by plain SGD on the mean cross-entropy.

    Each of the steps draws a batch with ``rng.choice(len(X), batch, replace=False)`` (one such call a step, and no
    other use of rng), computes the loss of these rows of X and y, and updates every parameter by
    p <- p - lr * dloss/dp: no momentum, no weight decay, nothing carried over to the next step.
    ``torch.optim.SGD`` does that.

    Args:
        model: any module that maps examples (B, in) to logits (B, out); it is trained, and not replaced.
        X: examples, (N, in), floats of the dtype of the model's parameters.
        y: their classes, (N,), int64 in [0, out).
        steps: number of updates, at least 1.
        lr: the learning rate.
        batch: examples in a batch, at most N.
        rng: source of the batches. It advances.

    Returns:
        The loss of each step's batch before its update, ``steps`` Python floats. X and y are not modified.

    Source: day 3, section "PyTorch, the easy way": the four-line heartbeat.
    """
    raise NotImplementedError("day3.torch_twin: train is not written yet")
