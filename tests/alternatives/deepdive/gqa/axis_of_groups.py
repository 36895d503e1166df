"""No key is copied: q gets an axis for its group, and k and v one to broadcast along."""

import torch


def grouped_query_attention(q, k, v):
    B, Hq, T, d = q.shape
    Hkv = k.shape[1]
    if Hq % Hkv != 0:
        raise ValueError("H_q must be a multiple of H_kv")
    q = q.reshape(B, Hkv, Hq // Hkv, T, d)
    scores = torch.einsum("bgntd,bgsd->bgnts", q, k) / d**0.5
    out = torch.einsum("bgnts,bgse->bgnte", torch.softmax(scores, dim=-1), v)
    return out.reshape(B, Hq, T, v.shape[-1])
