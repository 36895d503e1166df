"""Asked for all at once and waited for then; the mean by the collective itself."""

import torch.distributed as dist


def average_gradients(params, world):
    works = [
        dist.all_reduce(p.grad, op=dist.ReduceOp.AVG, group=world, async_op=True) for p in params if p.grad is not None
    ]
    for work in works:
        work.wait()
