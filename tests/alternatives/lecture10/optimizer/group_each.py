"""A group for each parameter, the schedule by interpolation, gradients replaced by new tensors."""

from math import cos, hypot, pi

import torch


def configure_optimizers(model, weight_decay, learning_rate, betas=(0.9, 0.95)):
    groups = [{"params": [p], "weight_decay": weight_decay if p.ndim > 1 else 0} for p in model.parameters()]
    return torch.optim.AdamW(groups, learning_rate, betas)


def cosine_lr(step, max_lr, min_lr, warmup_steps, max_steps):
    rise = (step + 1) / warmup_steps if warmup_steps else 1.0
    if rise <= 1 and step < warmup_steps:
        return rise * max_lr
    done = min(1.0, (step - warmup_steps) / (max_steps - warmup_steps))
    weight = (1 - cos(pi * done)) / 2
    return (1 - weight) * max_lr + weight * min_lr


def clip_gradients(parameters, max_norm):
    trained = [p for p in parameters if p.grad is not None]
    norm = hypot(*(number for p in trained for number in p.grad.flatten().tolist()))
    if norm > max_norm:
        for p in trained:
            p.grad = p.grad * (max_norm / norm)
    return norm
