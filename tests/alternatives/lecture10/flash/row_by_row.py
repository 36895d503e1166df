"""Heads flattened and walked through one by one; keys in the outer loop, as the first FlashAttention had it."""

import torch


def flash_attention(q, k, v, block_size, causal=True):
    if block_size < 1:
        raise ValueError("at least one row a block")
    T, D, E = q.shape[-2], q.shape[-1], v.shape[-1]
    result = torch.empty(q.shape[:-1] + (E,), dtype=q.dtype).reshape(-1, T, E)
    for h, (Q, K, V) in enumerate(zip(q.reshape(-1, T, D), k.reshape(-1, T, D), v.reshape(-1, T, E), strict=True)):
        m = torch.full((T, 1), -torch.inf, dtype=q.dtype)
        l = torch.zeros(T, 1, dtype=q.dtype)
        acc = torch.zeros(T, E, dtype=q.dtype)
        for j in range(0, T, block_size):
            Kj, Vj = K[j : j + block_size], V[j : j + block_size]
            for i in range(j if causal else 0, T, block_size):
                end = min(i + block_size, T)
                S = Q[i:end] @ Kj.T / D**0.5
                if causal and i == j:
                    S = S + torch.full(S.shape, -torch.inf, dtype=q.dtype).triu(1)
                new = torch.maximum(m[i:end], S.max(1, keepdim=True)[0])
                P = torch.exp(S - new)
                l[i:end] = torch.exp(m[i:end] - new) * l[i:end] + P.sum(1, keepdim=True)
                acc[i:end] = torch.exp(m[i:end] - new) * acc[i:end] + P @ Vj
                m[i:end] = new
        result[h] = acc / l
    return result.reshape(q.shape[:-1] + (E,))
