"""Blocks by split, written into a result that is there; the maximum kept without its axis."""

import torch


def flash_attention(q, k, v, block_size, causal=True):
    if block_size <= 0:
        raise ValueError("block_size must be positive")
    q = q * q.shape[-1] ** -0.5
    out = v.new_empty(*q.shape[:-1], v.shape[-1])
    ks, vs = torch.split(k, block_size, dim=-2), torch.split(v, block_size, dim=-2)
    for a, (q_i, o_i) in enumerate(zip(q.split(block_size, dim=-2), out.split(block_size, dim=-2), strict=True)):
        highest = torch.full(q_i.shape[:-1], float("-inf"), dtype=q.dtype)
        total = torch.zeros(q_i.shape[:-1], dtype=q.dtype)
        o_i.zero_()
        for b, (k_j, v_j) in enumerate(zip(ks, vs, strict=True)):
            if causal and b > a:
                break
            s = torch.einsum("...rd,...sd->...rs", q_i, k_j)
            if causal and a == b:
                s = s.masked_fill(torch.ones(s.shape[-2:]).triu(1).bool(), float("-inf"))
            higher = torch.maximum(highest, s.max(dim=-1).values)
            s = torch.exp(s - higher[..., None])
            shrink = torch.exp(highest - higher)
            total = total * shrink + s.sum(dim=-1)
            o_i.mul_(shrink[..., None]).add_(s @ v_j)
            highest = higher
        o_i.div_(total[..., None])
    return out
