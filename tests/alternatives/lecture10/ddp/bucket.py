"""All gradients of a dtype in one tensor, as DistributedDataParallel sends them."""

import torch
import torch.distributed as dist


def average_gradients(params, world):
    buckets = {}
    for p in params:
        if p.grad is not None:
            buckets.setdefault(p.grad.dtype, []).append(p.grad)
    for grads in buckets.values():
        flat = torch.cat([g.reshape(-1) for g in grads])
        dist.all_reduce(flat, group=world)
        flat.div_(world.size())
        start = 0
        for g in grads:
            g.copy_(flat[start : start + g.numel()].view_as(g))
            start += g.numel()
