"""The tail is cut: sorted from the smallest, a token goes while the mass up to it is at most 1 − p."""

import torch


def temperature(logits, T):
    if not T > 0:
        raise ValueError("T")
    return (logits - logits.max(dim=-1, keepdim=True).values) / T


def top_k(logits, k):
    if k <= 0:
        raise ValueError("k")
    order = torch.argsort(logits, dim=-1, descending=True)
    out = logits.clone()
    return out.scatter_(-1, order[..., k:], float("-inf"))


def top_p(logits, p):
    if p <= 0.0 or p > 1.0:
        raise ValueError("p")
    values, order = torch.sort(logits, descending=False, dim=-1)
    remove = torch.softmax(values, dim=-1).cumsum(dim=-1) <= 1 - p
    remove[..., -1:] = False
    if p == 1.0:
        remove[:] = False
    return logits.masked_fill(remove.scatter(-1, order, remove), -float("inf"))


def sample(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    functions = globals()
    logits = functions["temperature"](logits, temperature)
    if top_k is not None:
        logits = functions["top_k"](logits, top_k)
    if top_p is not None:
        logits = functions["top_p"](logits, top_p)
    noise = -torch.log(-torch.log(torch.rand(logits.shape, generator=generator, dtype=torch.float64)))
    return torch.argmax(logits + noise, dim=-1)  # Gumbel's way to draw
