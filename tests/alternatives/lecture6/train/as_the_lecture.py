"""The lecture's loop, in which AdamW takes the steps; no_grad as a decorator."""

import torch
import torch.nn.functional as F

from .wavenet import build_wavenet  # noqa: F401


def train(model, X, Y, steps, batch_size, lr_schedule, generator):
    """Return the losses."""
    parameters = [*model.parameters()]
    for p in parameters:
        p.requires_grad = True
    for layer in model.layers if hasattr(model, "layers") else []:
        layer.training = True
    model.train(True)
    optimizer = torch.optim.AdamW(parameters, lr=lr_schedule(0))
    lossi = []
    for i in range(steps):
        ix = torch.randint(0, X.shape[0], (batch_size,), generator=generator)
        Xb, Yb = X[ix], Y[ix]
        logits = model(Xb)
        loss = F.cross_entropy(logits, Yb)
        for p in parameters:
            p.grad = None
        loss.backward()
        optimizer.param_groups[0]["lr"] = lr_schedule(i)
        optimizer.step()
        lossi.append(loss.item())
    return lossi


@torch.no_grad()
def evaluate(model, X, Y):
    """Return the loss."""
    was = model.training
    model.eval()
    loss = F.cross_entropy(model(X), Y)
    model.train(was)
    return loss.item()
