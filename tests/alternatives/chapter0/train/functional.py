"""The mean squared error by hand, gradients cleared to None by hand, losses kept as tensors till the end."""

import torch


def train(model, loader, epochs, lr):
    """Return the mean loss of each epoch."""
    parameters = list(model.parameters())
    optimizer = torch.optim.Adam(parameters, lr)
    model.train(True)
    history = []
    for _ in range(epochs):
        losses, sizes = [], []
        for x, y in loader:
            loss = (model(x) - y).pow(2).mean()
            for p in parameters:
                p.grad = None
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
            sizes.append(x.shape[0])
        weights = torch.tensor(sizes, dtype=losses[0].dtype)
        history.append(float((torch.stack(losses) * weights).sum() / weights.sum()))
    return history
