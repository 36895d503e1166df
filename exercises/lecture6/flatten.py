"""Neighbours side by side: the layer that lets a network fuse two characters at a time, and not eight at once.

A matrix product works on the last axis alone, and takes all axes before it for so many examples. So it is enough to put
the vectors of n neighbours into one row: the product that follows sees groups of n, all with the same weights.
Source: lecture 6, sections 6.3.2 and 6.4.3.
"""

# /// exercise
# title = "neighbours side by side"
# forbids = ["torch.nn.Flatten", "torch.nn.Unflatten"]
# why_forbidden = "this exercise is about writing that layer yourself"
# ///

import torch


class FlattenConsecutive:
    """Puts the vectors of n consecutive places into one, and leaves the groups apart.

        (B, T, C) -> (B, T // n, n * C), and (B, n * C) where T is n, one group

    A row of the answer has the C numbers of the first place of its group, then those of the second, and so on. With
    n = T it is ``torch.nn.Flatten``.

    A plain class, as the lecture has it. (An ``nn.Module`` is as good.)

    Args:
        n: the places in a group, at least 1.

    Example:
        x = [[[1, 2], [3, 4], [5, 6], [7, 8]]], of shape (1, 4, 2)
        FlattenConsecutive(2)(x) -> [[[1, 2, 3, 4], [5, 6, 7, 8]]], of shape (1, 2, 4)
        FlattenConsecutive(4)(x) -> [[1, 2, 3, 4, 5, 6, 7, 8]], of shape (1, 8)

    Source: lecture 6, section 6.4.3, listing 63.
    """

    def __init__(self, n: int) -> None:
        raise NotImplementedError("lecture6.flatten: FlattenConsecutive.__init__ is not written yet")

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Put groups of n places side by side.

        An axis 1 of one group is dropped, for what follows is then an ordinary layer. No other axis is, however long:
        a batch of one example stays a batch.

        For two bonuses: x may be a view of any layout (``.view`` fails there), and a contiguous x is not copied: the
        answer is a view of it, as those of ``.view`` and of ``.reshape`` are.

        Args:
            x: (B, T, C), floats, contiguous. Not modified.

        Returns:
            (B, T // n, n * C), or (B, n * C) where T is n; of the dtype of x.

        Raises:
            ValueError: T is no multiple of n.
        """
        raise NotImplementedError("lecture6.flatten: FlattenConsecutive.__call__ is not written yet")

    def parameters(self) -> list[torch.Tensor]:
        """Return what is trained: the empty list."""
        raise NotImplementedError("lecture6.flatten: FlattenConsecutive.parameters is not written yet")
