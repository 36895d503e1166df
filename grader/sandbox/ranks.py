"""One process of several that train together, whose collectives somebody else carries.

A confined worker can open no socket and start no process, so that gloo has nothing to speak through. What the learner's
code is given instead is a process group of torch's that answers from a list: the results of the collectives so far, as
whoever asks computed them. At the first that is not in the list the call is given up, and what this process would
contribute is the answer. So every call begins anew, nothing waits, and nothing but values goes out or comes in.

Runs where the submission does, asked for by ``library(submission, "grader.sandbox.ranks")``. What it says of a
submission is the submission's word.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any


class _Waiting(BaseException):
    """The call has come to a collective of which the result is not there yet; no `except Exception` takes it."""


@functools.cache
def _group() -> Any:  # noqa: C901 - the short methods of one class
    """The class of process groups; made when it is asked for, since zygotes import this first."""
    import torch
    from torch import distributed as dist

    internal: Any = torch._C._distributed_c10d  # noqa: SLF001 - torch has no public way to finished work
    base: Any = dist.ProcessGroup  # its stubs know other signatures than it calls

    class Told(base):  # type: ignore[misc]
        """Answers collectives with what it was told; ``asked`` is the first of which it was told nothing."""

        def __init__(self, rank: int, size: int, told: list[list[Any]]) -> None:
            super().__init__(rank, size)
            self.told = list(told)
            self.asked: tuple[str, str, list[Any]] | None = None

        def getBackendName(self) -> str:  # noqa: N802 - torch's name
            return "gloo"

        def answer(self, kind: str, how: str, mine: list[Any], into: list[Any]) -> Any:
            """Take part in a collective with ``mine``; its result is written into ``into``."""
            if self.asked is not None or not self.told:
                self.asked = self.asked or (kind, how, [tensor.detach().clone() for tensor in mine])
                raise _Waiting
            with torch.no_grad():
                for tensor, result in zip(into, self.told.pop(0), strict=True):
                    tensor.copy_(result)
            future: Any = torch.futures.Future()
            future.set_result(into)
            return internal._create_work_from_future(future)  # noqa: SLF001

        def allreduce(self, tensors: list[Any], opts: Any = None) -> Any:
            return self.answer("all_reduce", _operation(opts), tensors, tensors)

        def reduce(self, tensors: list[Any], opts: Any) -> Any:
            return self.answer(f"reduce to {opts.rootRank}", _operation(opts), tensors, tensors)

        def broadcast(self, tensors: list[Any], opts: Any) -> Any:
            return self.answer(f"broadcast from {opts.rootRank}", "", tensors, tensors)

        def allgather(self, outputs: list[list[Any]], inputs: list[Any], opts: Any = None) -> Any:
            del opts
            return self.answer("all_gather", "", inputs, outputs[0])

        def barrier(self, opts: Any = None) -> Any:
            del opts
            return self.answer("barrier", "", [], [])

    return Told


def _operation(opts: Any) -> str:
    """The name of a reduction, ``SUM``."""
    if opts is None:
        return "SUM"
    from torch import distributed as dist

    known = ("SUM", "AVG", "MAX", "MIN", "PRODUCT")
    return next((name for name in known if opts.reduceOp == getattr(dist.ReduceOp, name)), "another reduction")


@contextlib.contextmanager
def _as_default(group: Any) -> Iterator[None]:
    """Make a group the one that torch.distributed takes where none is named."""
    from torch.distributed import distributed_c10d

    c10d: Any = distributed_c10d
    world = c10d._world  # noqa: SLF001
    c10d._update_default_pg(group)  # noqa: SLF001
    world.pg_map[group] = ("gloo", None)
    world.pg_group_ranks[group] = {rank: rank for rank in range(group.size())}
    try:
        yield
    finally:
        c10d._update_default_pg(None)  # noqa: SLF001
        world.pg_map.pop(group, None)
        world.pg_group_ranks.pop(group, None)


def average(
    function: Callable[..., Any],
    rank: int,
    size: int,
    weights: list[Any],
    gradients: list[Any],
    told: list[list[Any]],
    once: bool = False,
) -> tuple[str, Any, Any, Any]:
    """Call ``function(params, world)`` as one of several processes.

    Args:
        function: the function.
        rank: which process it is.
        size: how many there are.
        weights: its parameters.
        gradients: their gradients; None where there is none.
        told: the results of the first collectives, each a list of tensors.
        once: whether params can be gone over once only, as ``model.parameters()``.

    Returns:
        ``("waits for", kind, how, tensors)`` where the function has come to a collective that ``told`` has no result
        of, and what it contributes; or ``("returns", value, gradients, weights)``, as they are then.
    """
    import torch

    params = [torch.nn.Parameter(weight.clone()) for weight in weights]
    for param, gradient in zip(params, gradients, strict=True):
        param.grad = None if gradient is None else gradient.clone()
    world = _group()(rank, size, told)
    value = None
    with _as_default(world), contextlib.suppress(_Waiting):
        value = function(iter(params) if once else params, world)
    if world.asked is not None:
        return ("waits for", *world.asked)
    return "returns", value, [param.grad for param in params], [param.detach() for param in params]
