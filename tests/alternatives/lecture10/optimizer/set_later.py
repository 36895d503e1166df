"""Groups added one after the other; one flat vector of all gradients."""

import math

import torch
from torch.nn.utils import parameters_to_vector


def configure_optimizers(model, weight_decay, learning_rate, betas=(0.9, 0.95)):
    matrices = list({id(p): p for p in model.parameters() if len(p.shape) >= 2}.values())
    optimizer = torch.optim.AdamW(matrices, lr=learning_rate, betas=betas, weight_decay=weight_decay)
    optimizer.add_param_group({"params": [p for p in model.parameters() if len(p.shape) < 2], "weight_decay": 0.0})
    return optimizer


def cosine_lr(step, max_lr, min_lr, warmup_steps, max_steps):
    if step + 1 <= warmup_steps:
        return (step + 1) / warmup_steps * max_lr
    angle = torch.pi * min(step - warmup_steps, max_steps - warmup_steps) / (max_steps - warmup_steps)
    return min_lr + (max_lr - min_lr) * math.cos(angle / 2) ** 2


def clip_gradients(parameters, max_norm):
    grads = [p.grad for p in tuple(parameters) if p.grad is not None]
    norm = float(parameters_to_vector(grads).norm()) if grads else 0.0
    factor = max_norm / max(norm, max_norm)
    for g in grads:
        g.copy_(g * factor)
    return norm
