# /// attack
# rows = [101]
# tries = "Imports from __future__ below the docstring."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
"""Mine."""

from __future__ import annotations

import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N
