"""A model that tells how it was called.

Runs where the submission does, asked for by ``library(submission, "grader.sandbox.watching")``. What it says is the
submission's word.
"""

from __future__ import annotations

import functools
from typing import Any


@functools.cache
def _watched() -> Any:
    """The class; made when it is asked for, since zygotes import this first."""
    import torch

    class Watched(torch.nn.Module):
        """A language model around another module: it gives ``(logits, None)``, and keeps how it was called."""

        def __init__(self, inner: torch.nn.Module) -> None:
            super().__init__()
            self.inner = inner
            self.calls: list[tuple[bool, bool]] = []

        def forward(self, idx: torch.Tensor, targets: torch.Tensor | None = None) -> tuple[torch.Tensor, Any]:
            self.calls.append((self.training, torch.is_grad_enabled()))
            logits = self.inner(idx)
            if targets is None:
                return logits, None
            return logits, torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())

    return Watched


def watched(inner: Any) -> Any:
    """Wrap a module of torch's that makes logits of tokens.

    Args:
        inner: the module, (N, T) int64 -> (N, T, V).

    Returns:
        A module that is called as the course's language models are: ``model(idx, targets=None)`` gives ``(logits,
        loss)``, the mean cross-entropy or None. Its ``calls`` has (training mode, gradients recorded) of each call.
    """
    return _watched()(inner)
