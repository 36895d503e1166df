"""Batches, rate, groups and norm written out."""

import math

import torch

from .model import GPT


def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    if model is None:
        model = GPT(config).to(tokens.device)
    B, T = batch_size, config.block_size
    data = tokens[: int(0.9 * len(tokens))]
    matrices = [p for p in model.parameters() if p.dim() >= 2]
    rest = [p for p in model.parameters() if p.dim() < 2]
    optimizer = torch.optim.AdamW(
        [dict(params=matrices, weight_decay=0.1), dict(params=rest, weight_decay=0)], lr=max_lr, betas=(0.9, 0.95)
    )
    model.train()
    losses, place = [], 0
    for step in range(steps):
        if place + B * T + 1 > len(data):
            place = 0
        chunk = data[place : place + B * T + 1].long()
        place += B * T
        loss = model(chunk[:-1].view(B, T), chunk[1:].view(B, T))[1]
        losses.append(float(loss))
        model.zero_grad()
        loss.backward()
        norm = math.sqrt(sum((p.grad**2).sum().item() for p in model.parameters()))
        if norm > 1:
            for p in model.parameters():
                p.grad /= norm
        if step < warmup_steps:
            lr = (step + 1) / warmup_steps * max_lr
        else:
            progress = (step - warmup_steps) / (steps - warmup_steps)
            lr = max_lr / 10 + 0.5 * (max_lr - max_lr / 10) * (1 + math.cos(math.pi * progress))
        for group in optimizer.param_groups:
            group["lr"] = lr
        optimizer.step()
    return model, losses
