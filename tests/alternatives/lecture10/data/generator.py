"""A generator goes through rounds; next_batch asks it for the next."""

import torch


class DataLoaderLite:
    """The order of the batches as an endless iterator."""

    def __init__(self, tokens, B, T, rank=0, world_size=1):
        rounds, size = (len(tokens) - 1) // (B * T * world_size), B * T
        if rounds < 1:
            raise ValueError(f"{len(tokens)} tokens")
        self.batches = self.forever(tokens, rounds, size, rank, world_size)
        self.shape = (B, T)

    def forever(self, tokens, rounds, size, rank, world_size):
        while True:
            for k in range(rounds):
                start = (k * world_size + rank) * size
                yield tokens[start : start + size], tokens[start + 1 : start + size + 1]

    def next_batch(self):
        x, y = next(self.batches)
        return x.long().reshape(self.shape), y.type(torch.long).reshape(self.shape)
