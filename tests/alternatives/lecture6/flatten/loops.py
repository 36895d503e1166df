"""Group by group."""

import torch


class FlattenConsecutive:
    """Stacked."""

    def __init__(self, n):
        self.n = n

    def __call__(self, x):
        T = x.shape[1]
        if T // self.n * self.n != T:
            raise ValueError
        groups = [x[:, t : t + self.n].flatten(1) for t in range(0, T, self.n)]
        return torch.stack(groups, 1) if len(groups) > 1 else groups[0]

    def parameters(self):
        return ()
