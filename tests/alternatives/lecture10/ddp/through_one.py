"""One process computes the mean and tells the others."""

import torch
import torch.distributed as dist


def average_gradients(params, world):
    rank, size = dist.get_rank(world), world.size()
    for p in params:
        if p.grad is None:
            continue
        total = p.grad.clone()
        dist.reduce(total, dst=0, group=world)
        if rank == 0:
            total = total / size
        else:
            total = torch.empty_like(total)
        dist.broadcast(total, src=0, group=world)
        p.grad = total
