"""The same network in torch: what you derived by hand, autograd does.

You write the two-layer network as an ``nn.Module``, fill it with weights that come from NumPy, and train it by the loop
that every training loop in torch is a variation of. From the same weights and on the same batches it goes, step for
step, where the NumPy loop goes. Source: day 3, section "PyTorch, the easy way".
"""

# /// exercise
# title = "the torch twin"
# preload = ["torch._dynamo"]
# hints = [
#   """Print the shapes before you copy: X @ W1 in NumPy has W1 of shape (in, hidden), whereas nn.Linear keeps \
#   (out, in) and computes x @ weight.T. And look at the dtype: a new nn.Linear is float32.""",
#   """from_numpy: make an MLP of the right sizes, move it to the dtype of the arrays, and under torch.no_grad() copy \
#   W1.T, b1, W2.T, b2 into fc1.weight, fc1.bias, fc2.weight, fc2.bias. train: logits, loss, zero_grad, backward, \
#   step, with the loss straight on the logits.""",
#   """model.fc1.weight.copy_(torch.from_numpy(params["W1"].T)); and in the loop: idx = rng.choice(len(X), batch, \
#   replace=False); loss = F.cross_entropy(model(torch.from_numpy(X[idx])), torch.from_numpy(y[idx])); \
#   opt.zero_grad(); loss.backward(); opt.step(); losses.append(loss.item()).""",
# ]
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
        # solution
        self.fc1 = nn.Linear(in_dim, hidden_dim)
        self.fc2 = nn.Linear(hidden_dim, out_dim)
        # end solution

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the logits, (B, out_dim), of examples x, (B, in_dim)."""
        # solution
        return self.fc2(F.relu(self.fc1(x)))
        # end solution


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
    # solution
    in_dim, hidden_dim = params["W1"].shape
    model = MLP(in_dim, hidden_dim, params["W2"].shape[1])
    model.load_state_dict(
        {
            "fc1.weight": torch.tensor(params["W1"].T),  # (hidden, in)
            "fc1.bias": torch.tensor(params["b1"]),
            "fc2.weight": torch.tensor(params["W2"].T),  # (out, hidden)
            "fc2.bias": torch.tensor(params["b2"]),
        },
        assign=True,  # takes the arrays' dtype; without it the numbers are copied into float32
    )
    return model.requires_grad_()
    # end solution


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
    # solution
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        idx = rng.choice(len(X), batch, replace=False)
        logits = model(torch.from_numpy(X[idx]))  # (batch, out)
        loss = F.cross_entropy(logits, torch.from_numpy(y[idx]))  # softmax and log in one
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return losses
    # end solution
