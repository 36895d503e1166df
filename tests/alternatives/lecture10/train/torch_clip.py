"""torch's own clipping, and the rate set at the head of the step."""

import torch

from .data import DataLoaderLite
from .model import GPT
from .optimizer import configure_optimizers, cosine_lr


def train(config, tokens, steps, batch_size, max_lr, warmup_steps, model=None):
    if model is None:
        model = GPT(config)
        model.to(tokens.device)
    n = int(0.9 * len(tokens))
    train_loader = DataLoaderLite(tokens[:n], B=batch_size, T=config.block_size, rank=0, world_size=1)
    optimizer = configure_optimizers(model, 0.1, max_lr)
    lossi = []
    model.train()
    for step in range(steps):
        lr = cosine_lr(step, max_lr, 0.1 * max_lr, warmup_steps, steps)
        for param_group in optimizer.param_groups:
            param_group["lr"] = lr
        optimizer.zero_grad(set_to_none=True)
        x, y = train_loader.next_batch()
        logits, loss = model(x, y)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        lossi.append(loss.detach().item())
        del logits
    return model, lossi
