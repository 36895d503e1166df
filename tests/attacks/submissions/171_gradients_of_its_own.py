# /// attack
# rows = [34, 35]
# tries = "Gradients are taken in its own process: it puts lies in their place, of every kind."
# kind = "hostile"
# exercise = "lecture7.feed_forward"
# verdicts = ["failed", "raised"]
# ///
import torch
from torch import nn

LIES = [None, 10**40, "right", float("nan"), [], {1: 2}, torch.zeros(0), object(), lambda: 0, ..., b"\xff"]
calls = [0]


class Everything(dict):
    def __eq__(self, other):
        return True

    __hash__ = None


def backward(self, *args, **kwargs):
    pass


class FeedForward(nn.Module):
    def __init__(self, n_embd, dropout):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(n_embd, 4 * n_embd), nn.ReLU(), nn.Linear(4 * n_embd, n_embd), nn.Dropout(dropout)
        )

    def named_parameters(self, *args, **kwargs):
        calls[0] += 1
        lie = LIES[calls[0] % len(LIES)]
        return Everything({lie if isinstance(lie, str) else str(lie): nn.Parameter(torch.ones(1))}).items()

    def forward(self, x):
        x.zero_() if not x.requires_grad else x.detach().zero_()
        return LIES[calls[0] % len(LIES)] if calls[0] % 2 else x


torch.Tensor.backward = backward
