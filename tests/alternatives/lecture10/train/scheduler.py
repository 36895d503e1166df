"""The rate by torch's LambdaLR, gradients cleared at the end of each step."""

import torch

from .data import DataLoaderLite
from .model import GPT
from .optimizer import clip_gradients, configure_optimizers, cosine_lr


def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    net = model if model is not None else GPT(config).to(tokens.device)
    net.train()
    optimizer = configure_optimizers(net, 0.1, max_lr, (0.9, 0.95))
    optimizer.zero_grad()
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: cosine_lr(step, max_lr, max_lr / 10, warmup_steps, steps) / max_lr
    )
    batches = DataLoaderLite(tokens[: int(len(tokens) * 0.9)], batch_size, config.block_size)
    losses = torch.zeros(steps, dtype=torch.float64)
    for step in range(steps):
        _, loss = net(*batches.next_batch())
        loss.backward()
        clip_gradients(net.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses[step] = loss.detach()
    return net, losses.tolist()
