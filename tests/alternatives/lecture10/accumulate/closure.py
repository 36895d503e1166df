"""The step calls a closure; cross-entropy computed from the logits, gradients added by hand."""

import torch
import torch.nn.functional as F

from .model import GPT  # noqa: F401 - the checks build the model of it


def train_step(model, micro_batches, optimizer):
    parameters = list(model.parameters())
    total = sum(len(y.flatten()) for _, y in micro_batches)

    def closure():
        sums, loss_before = [torch.zeros_like(p) for p in parameters], 0.0
        for x, y in micro_batches:
            logits = model(x)[0]
            loss = F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="sum") / total
            for kept, gradient in zip(sums, torch.autograd.grad(loss, parameters), strict=True):
                kept.add_(gradient)
            loss_before += loss.item()
        for p, gradient in zip(parameters, sums, strict=True):
            p.grad = gradient
        return loss_before

    return optimizer.step(closure)
