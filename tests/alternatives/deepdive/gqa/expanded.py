"""As Meta's code repeats keys: expand, and reshape."""

import math

import torch.nn.functional as F


def repeat_kv(x, n):
    b, h, s, d = x.shape
    if n == 1:
        return x
    return x[:, :, None, :, :].expand(b, h, n, s, d).reshape(b, h * n, s, d)


def grouped_query_attention(q, k, v):
    if q.size(1) % k.size(1):
        raise ValueError
    n = q.size(1) // k.size(1)
    keys, values = repeat_kv(k, n), repeat_kv(v, n)
    scores = (q / math.sqrt(q.size(-1))).matmul(keys.transpose(2, 3))
    return F.softmax(scores, dim=-1).matmul(values)
