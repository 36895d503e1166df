"""Every n-th place, joined: the explicit way, which copies."""

import torch


class FlattenConsecutive:
    """By cat."""

    def __init__(self, n):
        self.n = n

    def __call__(self, x):
        left_over = x.size(1) % self.n
        if left_over != 0:
            raise ValueError(f"{left_over} places are left over")
        out = torch.cat([x[:, place :: self.n, :] for place in range(self.n)], dim=2)
        return out[:, 0] if out.size(1) == 1 else out

    def parameters(self):
        return []
