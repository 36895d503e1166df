"""autograd.grad and no .grad at all; the loss from log-probabilities."""

import torch

from .model import MLPLanguageModel  # noqa: F401


def nll(model, X, Y):
    """The mean of −log p, a tensor."""
    logits = model.forward(X)
    return (logits.logsumexp(1) - logits.gather(1, Y[:, None]).squeeze(1)).mean()


def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    """Return the losses."""
    losses = torch.empty(steps, dtype=torch.float64)
    for i in range(steps):
        ix = torch.randint(0, X.size(0), (batch_size,), generator=generator)
        loss = nll(model, X[ix], Y[ix])
        wanted = tuple(model.parameters())
        gradients = torch.autograd.grad(loss, wanted)
        with torch.no_grad():
            for p, dp in zip(wanted, gradients, strict=True):
                p.add_(dp, alpha=-float(lr_schedule(i)))
        losses[i] = loss.detach()
    return losses.tolist()


def evaluate(model, X, Y):
    """Return the loss."""
    before = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    try:
        return float(nll(model, X, Y))
    finally:
        torch.set_grad_enabled(before)
