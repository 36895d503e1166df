"""All rounds laid out once as tables, (rounds, world_size, B, T); a counter picks from them."""

import torch


class DataLoaderLite:
    """Slices of two tables."""

    def __init__(self, tokens, B, T, rank=0, world_size=1):
        rounds = (tokens.numel() - 1) // (world_size * B * T)
        if not rounds:
            raise ValueError("no round fits")
        used = rounds * world_size * B * T
        shape = (rounds, world_size, B, T)
        self.inputs = tokens[:used].reshape(shape)[:, rank]
        self.targets = tokens[1 : used + 1].reshape(shape)[:, rank]
        self.calls = 0

    def next_batch(self):
        k = self.calls % len(self.inputs)
        self.calls += 1
        return tuple(torch.tensor(part[k].tolist(), dtype=torch.int64) for part in (self.inputs, self.targets))
