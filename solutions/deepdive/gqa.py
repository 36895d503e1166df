"""Grouped-query attention: several queries share one key and one value.

When a model writes, it is not arithmetic that takes the time but reading its cache of keys and values. So models of
today have fewer heads of those than of queries: 32 heads of queries, say, and 8 of keys and values, each shared by 4.
Source: deep dives, "The Grand Picture" (innovations: GQA); Ainslie et al. 2023.
"""

# /// exercise
# title = "grouped-query attention"
# forbids = [
#   "torch.nn.functional.scaled_dot_product_attention", "torch.nn.MultiheadAttention",
#   "torch.nn.functional.multi_head_attention_forward",
# ]
# why_forbidden = "this exercise is about writing attention yourself"
# hints = [
#   """Write down which head of keys the heads 0, 1, 2, 3, 4, 5 of queries take, where there are two of keys. Then: \
#   which function of torch makes [0, 0, 0, 1, 1, 1] of [0, 1], and which makes [0, 1, 0, 1, 0, 1]?""",
#   """k = k repeated H_q / H_kv times, each head next to its copies, and v likewise; scores = q @ kᵀ / sqrt(d); \
#   softmax over the keys; times v.""",
#   """k = k.repeat_interleave(q.shape[1] // k.shape[1], dim=1), v likewise; ((q @ k.transpose(-2, -1)) * \
#   q.shape[-1] ** -0.5).softmax(-1) @ v.""",
# ]
# ///

import torch


def grouped_query_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """Attention of H_q heads of queries to H_kv heads of keys and values.

    The heads of queries come in H_kv groups of H_q / H_kv neighbours, and group g has key and value head g: head h
    takes g = h // (H_q / H_kv). With H_kv = H_q this is multi-head attention, with H_kv = 1 multi-query attention.

        scores[b, h, t, s] = q[b, h, t] . k[b, g, s] / sqrt(d)
        weights            = softmax of scores over s
        out[b, h, t]       = sum over s of weights[b, h, t, s] * v[b, g, s]

    There is no mask: every query sees all S keys, as a new token sees its whole cache.

    Args:
        q: queries, (B, H_q, T, d), float32 or float64.
        k: keys, (B, H_kv, S, d); S need not be T.
        v: values, (B, H_kv, S, d_v); d_v need not be d.

    Returns:
        (B, H_q, T, d_v), of the dtype of q. Finite also where scores are in the thousands. No argument is modified, and
        gradients flow to all three.

    Raises:
        ValueError: H_q is no multiple of H_kv.

    Example:
        H_q = 4, H_kv = 2: heads 0 and 1 of the queries take head 0 of keys and values, heads 2 and 3 take head 1.

    Source: Ainslie et al. 2023, section 2.2; deep dives, "The Grand Picture".
    """
    # solution
    groups, rest = divmod(q.shape[1], k.shape[1])
    if rest:
        raise ValueError(f"{q.shape[1]} heads of queries cannot be shared out evenly among {k.shape[1]} of keys")
    k = k.repeat_interleave(groups, dim=1)  # (B, H_q, S, d)
    v = v.repeat_interleave(groups, dim=1)  # (B, H_q, S, d_v)
    scores = q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5  # (B, H_q, T, S)
    return scores.softmax(-1) @ v  # (B, H_q, T, d_v)
    # end solution
