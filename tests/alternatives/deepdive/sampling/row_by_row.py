"""Lists, row by row; the draw by a uniform number and the cumulative sum."""

import torch


def temperature(logits, T):
    if T <= 0:
        raise ValueError
    return torch.mul(logits, 1 / T)


def _rows(logits, choose):
    out = torch.empty(logits.shape, dtype=logits.dtype).fill_(-torch.inf)
    new = out.view(-1, logits.shape[-1])
    for to, row in zip(new, logits.reshape(-1, logits.shape[-1]), strict=True):
        for i in choose(row):
            to[i] = row[i]
    return out


def top_k(logits, k):
    if k < 1:
        raise ValueError
    return _rows(logits, lambda row: sorted(range(len(row)), key=lambda i: -float(row[i]))[:k])


def top_p(logits, p):
    if p <= 0 or p > 1:
        raise ValueError

    def choose(row):
        probs = torch.softmax(row.double(), 0)
        chosen, mass = [], 0.0
        for i in torch.argsort(-probs).tolist():
            chosen.append(i)
            mass += float(probs[i])
            if mass >= p and p < 1:
                break
        return chosen

    return _rows(logits, choose)


_t, _k, _p = temperature, top_k, top_p


def sample(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    logits = _t(logits, temperature)
    logits = logits if top_k is None else _k(logits, top_k)
    logits = logits if top_p is None else _p(logits, top_p)
    edges = logits.softmax(-1).cumsum(-1)
    u = torch.rand(len(logits), 1, generator=generator, dtype=edges.dtype) * edges[:, -1:]
    return (u >= edges).sum(-1)
