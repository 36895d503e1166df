"""One head at a time, and one new token at a time."""

import torch
from torch import nn


class CachedAttention(nn.Module):
    def __init__(self, n_embd, n_head):
        super().__init__()
        self.head_size = n_embd // n_head
        self.n_head = n_head
        self.key, self.query, self.value, self.proj = (nn.Linear(n_embd, n_embd, bias=False) for _ in range(4))

    def forward(self, x, cache=None):
        keys, values, outs = [], [], []
        for h in range(self.n_head):
            part = slice(h * self.head_size, (h + 1) * self.head_size)
            q, k, v = self.query(x)[..., part], self.key(x)[..., part], self.value(x)[..., part]
            if cache is not None:
                k, v = torch.cat([cache[0][:, h], k], 1), torch.cat([cache[1][:, h], v], 1)
            S = k.shape[1] - x.shape[1]
            rows = []
            for t in range(x.shape[1]):
                scores = (q[:, t : t + 1] @ k[:, : S + t + 1].mT) * self.head_size**-0.5
                rows.append(scores.softmax(-1) @ v[:, : S + t + 1])
            outs.append(torch.cat(rows, 1))
            keys.append(k)
            values.append(v)
        return self.proj(torch.cat(outs, -1)), (torch.stack(keys, 1), torch.stack(values, 1))


class Model(nn.Module):
    def __init__(self, vocab_size, n_embd, n_head, block_size):
        super().__init__()
        self.block_size = block_size
        self.token_embedding_table = nn.Embedding(vocab_size, n_embd)
        self.position_embedding_table = nn.Embedding(block_size, n_embd)
        self.layers = nn.ModuleList([CachedAttention(n_embd, n_head) for _ in range(2)])
        self.lm_head = nn.Linear(n_embd, vocab_size, bias=False)

    def forward(self, idx, positions, caches=None):
        x = self.token_embedding_table(idx) + self.position_embedding_table(positions)
        grown = []
        for layer, cache in zip(self.layers, caches or [None] * len(self.layers), strict=True):
            out, more = layer(x, cache)
            x = x + out
            grown.append(more)
        return self.lm_head(x), grown


def generate(model, idx, n, cache=True):
    if idx.shape[1] > model.block_size - n:
        raise ValueError
    caches, fed = None, 0
    for _ in range(n):
        if not cache:
            caches, fed = None, 0
        while fed < idx.shape[1]:
            logits, caches = model(idx[:, fed : fed + 1], torch.tensor([fed]), caches)
            fed += 1
        idx = torch.cat([idx, logits[:, -1:].detach().argmax(-1)], 1)
    return idx
