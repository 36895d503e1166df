"""AdamW by hand, and the loss from log-probabilities."""

import torch

from .wavenet import build_wavenet  # noqa: F401


def nll(model, X, Y):
    """The mean of −log p, a tensor."""
    logits = model(X)
    return (logits.logsumexp(1) - logits.gather(1, Y[:, None]).squeeze(1)).mean()


def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    """Return the losses."""
    model.train()
    wanted = [p.requires_grad_() for p in model.parameters()]
    first, second = ([torch.zeros_like(p, requires_grad=False) for p in wanted] for _ in range(2))
    losses = torch.empty(steps, dtype=torch.float64)
    for i in range(steps):
        ix = torch.randint(0, X.size(0), (batch_size,), generator=generator)
        loss = nll(model, X[ix], Y[ix])
        gradients, lr = torch.autograd.grad(loss, wanted), float(lr_schedule(i))
        with torch.no_grad():
            for p, dp, m, v in zip(wanted, gradients, first, second, strict=True):
                m.mul_(0.9).add_(dp, alpha=0.1)
                v.mul_(0.999).addcmul_(dp, dp, value=0.001)
                p.mul_(1 - lr * 0.01)
                root = (v / (1 - 0.999 ** (i + 1))).sqrt() + 1e-8
                p.sub_(lr * (m / (1 - 0.9 ** (i + 1))) / root)
        losses[i] = loss.detach()
    return losses.tolist()


def evaluate(model, X, Y):
    """Return the loss."""
    before, mode = torch.is_grad_enabled(), model.training
    torch.set_grad_enabled(False)
    model.train(False)
    try:
        return float(nll(model, X, Y))
    finally:
        model.train(mode)
        torch.set_grad_enabled(before)
