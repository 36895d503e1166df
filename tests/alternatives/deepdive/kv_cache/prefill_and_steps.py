"""torch's own attention with a mask; generate in two parts, the prompt and then the steps."""

import torch
import torch.nn.functional as F
from torch import nn


class CachedAttention(nn.Module):
    def __init__(self, n_embd, n_head):
        super().__init__()
        self.heads, self.size = n_head, n_embd // n_head
        self.query = nn.Linear(n_embd, n_embd, bias=False)
        self.key = nn.Linear(n_embd, n_embd, bias=False)
        self.value = nn.Linear(n_embd, n_embd, bias=False)
        self.proj = nn.Linear(n_embd, n_embd, bias=False)

    def split(self, y):
        return y.reshape(y.size(0), y.size(1), self.heads, self.size).permute(0, 2, 1, 3)

    def forward(self, x, cache=None):
        q, k, v = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        past = 0
        if cache is not None:
            past = cache[0].shape[2]
            k = torch.concat((cache[0], k), dim=-2)
            v = torch.concat((cache[1], v), dim=-2)
        T = x.shape[1]
        seen = torch.arange(past + T)[None, :] <= torch.arange(past, past + T)[:, None]
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=seen)
        return self.proj(y.permute(0, 2, 1, 3).reshape(x.shape)), (k, v)


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


@torch.no_grad()
def generate(model, idx, n, cache=True):
    T = idx.shape[1]
    if T + n > model.block_size:
        raise ValueError("no such position")
    if n == 0:
        return idx.clone()
    if not cache:
        out = idx
        for _ in range(n):
            logits, _ = model(out, torch.arange(out.shape[1]))
            out = torch.cat([out, logits[:, -1].argmax(-1, keepdim=True)], dim=1)
        return out
    logits, caches = model(idx, torch.arange(T))
    new = [logits[:, -1].argmax(-1)]
    for t in range(T, T + n - 1):
        logits, caches = model(new[-1][:, None], torch.tensor([t]), caches)
        new.append(logits[:, 0].argmax(-1))
    return torch.cat([idx, torch.stack(new, dim=1)], dim=1)
