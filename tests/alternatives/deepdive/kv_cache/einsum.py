"""einsum, an additive mask, and a step too many at the end, which costs little."""

import torch
from torch import nn


class CachedAttention(nn.Module):
    def __init__(self, n_embd, n_head):
        super().__init__()
        self.n_head = n_head
        for name in ("key", "query", "value", "proj"):
            self.add_module(name, nn.Linear(n_embd, n_embd, bias=False))

    def forward(self, x, cache=None):
        B, T, C = x.shape
        H, D = self.n_head, C // self.n_head
        q = torch.einsum("btc,hdc->bhtd", x, self.query.weight.view(H, D, C))
        k = torch.einsum("btc,hdc->bhtd", x, self.key.weight.view(H, D, C))
        v = torch.einsum("btc,hdc->bhtd", x, self.value.weight.view(H, D, C))
        if cache:
            k, v = torch.cat((cache[0], k), 2), torch.cat((cache[1], v), 2)
        total = k.shape[2]
        mask = torch.full((total, total), float("-inf"), dtype=x.dtype).triu(1)[total - T :]
        weights = torch.softmax(torch.einsum("bhtd,bhsd->bhts", q, k) / D**0.5 + mask, dim=-1)
        out = torch.einsum("bhts,bhsd->bthd", weights, v).reshape(B, T, C)
        return out @ self.proj.weight.T, [k, v]


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
    start, caches = 0, None
    if idx.size(1) + n > model.block_size:
        raise ValueError("too long")
    out = [idx]
    with torch.inference_mode():
        for _ in range(n):
            text = torch.cat(out, dim=1)
            if not cache:
                start, caches = 0, None
            logits, caches = model(text[:, start:], torch.arange(text.size(1))[start:], caches)
            start = text.size(1)
            out.append(torch.argmax(logits[:, -1:, :], dim=-1))
    return torch.cat(out, dim=1)
