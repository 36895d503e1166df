"""Many processes, one model.

In data parallel training every process has a copy of the model and a share of the batch. Each computes the gradient of
its share; then all of them average their gradients, so that each takes the very step that one process with the whole
batch would have taken, and the copies stay equal. You write the averaging, which is what DistributedDataParallel does
behind the scenes. Source: lecture 10, section 10.7.4.
"""

# /// exercise
# title = "one gradient from many processes"
# forbids = ["torch.nn.parallel.DistributedDataParallel"]
# why_forbidden = "it does what you write here"
# hints = [
#   """Every process runs the same code, and each has its own gradients in p.grad. Which operation of \
#   torch.distributed gives all of them the same sum, and what is still missing for a mean?""",
#   """For each parameter that has a gradient: all_reduce adds up p.grad over all processes, in place and in each of \
#   them; then divide it by the number of processes.""",
#   """for p in params: if p.grad is not None: dist.all_reduce(p.grad, op=dist.ReduceOp.SUM, group=world); p.grad /= \
#   dist.get_world_size(world).""",
# ]
# ///

from collections.abc import Iterable

import torch
import torch.distributed as dist


def average_gradients(params: Iterable[torch.nn.Parameter], world: dist.ProcessGroup) -> None:
    """Replace each parameter's gradient by its mean over all processes.

    Every process of ``world`` calls this after its own ``backward()``, with the parameters in the same order.
    Afterwards p.grad holds in every process the same numbers, the mean of what the processes had:

        grad = (grad of process 0 + … + grad of process W - 1) / W

    Where each process has computed the mean loss of W equal shares of a batch, that is the gradient of the mean loss of
    the whole batch.

    The processes speak with each other through collectives of ``torch.distributed``: ``all_reduce``, ``broadcast``,
    ``reduce``, ``all_gather`` and ``barrier``, over tensors on the CPU, by gloo. A collective ends when every process
    has called it. So all of them have to make the same calls in the same order, or all wait for ever.

    Args:
        params: the parameters; possibly from a generator, as ``model.parameters()`` is. A parameter's ``grad`` is None
            either in all processes or in none; where it is None it stays None. Gradients may differ in dtype, and each
            keeps its own.
        world: the process group. ``dist.get_world_size(world)`` is the number W of processes, at least 1, and
            ``dist.get_rank(world)`` which one this is. It is the default group as well.

    Returns:
        None. The gradients are changed, in place or by new tensors in ``p.grad``; parameters stay as they are.

    Example:
        Of two processes one has the gradient [1.0, 6.0], the other [3.0, 2.0] -> both have [2.0, 4.0]

    Source: lecture 10, section 10.7.4; Li et al. 2020 (PyTorch Distributed).
    """
    # solution
    for p in params:
        if p.grad is not None:
            dist.all_reduce(p.grad, op=dist.ReduceOp.SUM, group=world)  # in every process the same sum
            p.grad /= dist.get_world_size(world)
    # end solution
