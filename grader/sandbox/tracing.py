"""What a function does with two of its tensors, operation by operation: how much it holds, and which rows meet when.

Runs where the submission does, asked for by ``library(submission, "grader.sandbox.tracing")``. What it says of a
submission is, as all that comes from there, the submission's word.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


class _Rows:
    """Which rows of a source a tensor holds: those from ``first`` on, in the axis that has this stride."""

    def __init__(self, source: str, tensor: Any, axis: int, first: int) -> None:
        self.source, self.axis, self.first = source, axis % tensor.dim(), first
        self.count = tensor.shape[axis]
        self.offset, self.stride = tensor.storage_offset(), max(tensor.stride(axis), 1)
        self.storage = tensor.untyped_storage().data_ptr()
        self.shape = tensor.shape

    def within(self, tensor: Any) -> _Rows | None:
        """The rows that a tensor holds which was made of this one alone; None where that cannot be told."""
        if tensor.untyped_storage().data_ptr() == self.storage:
            axes = [axis for axis in range(tensor.dim()) if tensor.stride(axis) == self.stride]
            if not axes:
                return None
            start = (tensor.storage_offset() - self.offset) // self.stride % max(self.count, 1)
            return _Rows(self.source, tensor, max(axes, key=lambda axis: tensor.shape[axis]), self.first + start)
        others = [axis for axis in range(len(self.shape)) if axis != self.axis]
        if tensor.dim() == len(self.shape) and all(tensor.shape[axis] == self.shape[axis] for axis in others):
            return _Rows(self.source, tensor, self.axis, self.first)  # a copy, scaled or padded perhaps
        return None


Meeting = tuple[str, int, int, str, int, int]


@functools.cache
def _trace() -> Any:
    """The class that watches all operations of torch; made when it is asked for, since zygotes import this first."""
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode
    from torch.utils._pytree import tree_leaves

    base: Any = TorchDispatchMode  # which has no types

    class Trace(base):  # type: ignore[misc]
        """Notes the largest tensor that is made, and which rows of two sources meet in one operation."""

        def __init__(self, sources: dict[str, Any]) -> None:
            super().__init__()
            self.largest: tuple[int, ...] = ()
            self.meetings: list[Meeting] = []
            self.known = {id(tensor): _Rows(name, tensor, -2, 0) for name, tensor in sources.items()}
            self.most = 0
            self.alive: list[Any] = list(sources.values())  # so that no number is given a second time

        @classmethod
        def _should_skip_dynamo(cls) -> bool:
            return False  # nothing is compiled here, and importing torch._dynamo takes seconds

        def __torch_dispatch__(
            self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
        ) -> Any:
            result = func(*args, **(kwargs or {}))
            inputs = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
            rows = [self.known[id(tensor)] for tensor in inputs if id(tensor) in self.known]
            of = {row.source: row for row in rows}
            if len(of) == 2:
                one, other = (of[name] for name in sorted(of))
                self.meetings.append((one.source, one.first, one.count, other.source, other.first, other.count))
            for made in tree_leaves(result):
                if not isinstance(made, torch.Tensor):
                    continue
                if made.numel() > self.most and not any(made is tensor for tensor in inputs):
                    self.most, self.largest = made.numel(), tuple(made.shape)
                if len(of) == 1 and id(made) not in self.known and (found := rows[0].within(made)) is not None:
                    self.known[id(made)] = found
                self.alive.append(made)
            return result

    return Trace


def traced(
    function: Callable[..., Any], names: list[str], *args: Any, **kwargs: Any
) -> tuple[Any, tuple[int, ...], list[Meeting]]:
    """Call a function, and tell what it did.

    Args:
        function: the function.
        names: what to call its first arguments, two tensors; the rows in their last axis but one are followed.
        args: its positional arguments.
        kwargs: its named arguments.

    Returns:
        ``(answer, largest, meetings)``: the function's answer; the shape of the largest tensor that an operation made;
        (name, first row, rows, name, first row, rows) of the two, in alphabetical order, for each operation that had
        rows of both, in the order of the operations. Rows are followed through views, copies and factors; rows that are
        gathered by index, or leave torch, are lost.
    """
    with _trace()(dict(zip(names, args, strict=False))) as trace:
        answer = function(*args, **kwargs)
    return answer, trace.largest, trace.meetings
