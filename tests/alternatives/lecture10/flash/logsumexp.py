"""What is kept is normalised: the mean so far and the log of its weight."""

import math

import torch


def flash_attention(q, k, v, block_size, causal=True):
    if block_size < 1:
        raise ValueError(block_size)
    T = q.size(-2)
    places = torch.arange(T)
    rows = []
    for start in range(0, T, block_size):
        mine = slice(start, start + block_size)
        mean, weight = None, None
        for other in range(0, T, block_size):
            theirs = slice(other, other + block_size)
            if causal and other > start:
                continue
            s = torch.matmul(q[..., mine, :], k[..., theirs, :].mT) / math.sqrt(q.size(-1))
            if causal:
                s = torch.where(places[theirs] <= places[mine].unsqueeze(1), s, -math.inf)
            new_weight = s.logsumexp(-1, keepdim=True)
            new_mean = s.softmax(-1) @ v[..., theirs, :]
            if mean is None:
                mean, weight = new_mean, new_weight
            else:
                both = torch.logaddexp(weight, new_weight)
                mean = mean * (weight - both).exp() + new_mean * (new_weight - both).exp()
                weight = both
        rows.append(mean)
    return torch.cat(rows, dim=-2)
