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
    raise NotImplementedError("deepdive.gqa: grouped_query_attention is not written yet")
