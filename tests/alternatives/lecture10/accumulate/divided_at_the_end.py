"""Sums are accumulated, and the gradients are divided once, by all tokens that went through."""

from .model import GPT  # noqa: F401 - the checks build the model of it


def train_step(model, micro_batches, optimizer):
    model.zero_grad()
    tokens, summed = 0, 0.0
    for x, y in micro_batches:
        loss = model(x, y)[1] * y.numel()
        loss.backward()
        tokens, summed = tokens + y.numel(), summed + float(loss.detach())
    for parameter in model.parameters():
        if parameter.grad is not None:
            parameter.grad /= tokens
    optimizer.step()
    return summed / tokens
