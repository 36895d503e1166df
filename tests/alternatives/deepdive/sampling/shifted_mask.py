"""The way that most code has it: what lies above p is removed, and the mask shifted by one."""

import torch
import torch.nn.functional as F


def temperature(logits, T):
    if T <= 0.0:
        raise ValueError("the temperature must be positive")
    return torch.log_softmax(logits / T, dim=-1)


def top_k(logits, k):
    if k < 1:
        raise ValueError("k must be positive")
    k = min(k, logits.size(-1))
    places = torch.topk(logits, k).indices
    keep = F.one_hot(places, logits.size(-1)).sum(-2).bool()
    return torch.where(keep, logits, torch.tensor(float("-inf"), dtype=logits.dtype))


def top_p(logits, p):
    if p <= 0 or p > 1:
        raise ValueError("p must be in (0, 1]")
    if p >= 1.0:
        return logits.clone()
    sorted_logits, order = torch.sort(logits, descending=True)
    remove = F.softmax(sorted_logits, dim=-1).cumsum(-1) >= p
    remove[..., 1:] = remove[..., :-1].clone()
    remove[..., 0] = False
    filtered = sorted_logits.masked_fill(remove, float("-inf"))
    return filtered.gather(-1, order.argsort(-1))


def sample(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    logits = _temperature(logits, temperature)
    if top_k:
        logits = _top_k(logits, top_k)
    if top_p:
        logits = _top_p(logits, top_p)
    probs = F.softmax(logits, dim=-1)
    return torch.multinomial(probs, num_samples=1, generator=generator).squeeze(-1)


_temperature, _top_k, _top_p = temperature, top_k, top_p
