"""A small transformer decoder, traced: every matrix of one forward pass, from tokens to probabilities.

You write down what the deep dives go through step by step: five words, one head, one block, and normalisation *behind*
each residual sum, as the first transformer had it. Source: deep dives, the forward pass of a transformer.
"""

# /// exercise
# title = "a forward pass through a transformer"
# ///

import torch
import torch.nn.functional as F


def forward(tokens: torch.Tensor, weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return every matrix of one forward pass through a decoder of one block with one head.

        X         = row of E for each token                          (T, d)
        X_pos     = X + the first T rows of P                        (T, d)     the text's X'
        Q, K, V   = X_pos Wq, X_pos Wk, X_pos Wv                     (T, d_k), (T, d_k), (T, d)
        scores    = Q K.T / sqrt(d_k)                                (T, T)     not yet masked
        weights   = softmax of each row of the masked scores         (T, T)     0 above the diagonal
        attention = weights V                                        (T, d)
        H1        = LayerNorm1(X_pos + attention)                    (T, d)     the text's H'
        ffn       = max(0, H1 W1 + b1) W2 + b2                       (T, d)
        H2        = LayerNorm2(H1 + ffn)                             (T, d)     the text's H''
        logits    = H2 E.T                                           (T, V)     E again: the weights are tied
        probs     = softmax of each row of the logits                (T, V)

    LayerNorm works on each row: (x - mean) / sqrt(var + 1e-5), with the variance divided by d, times a gain, plus a
    bias. All of torch may be used, F.layer_norm too.

    Args:
        tokens: (T,), int64, each of them at least 0 and less than V; T is at least 1.
        weights: tensors of one dtype, float32 or float64: ``E`` (V, d) and ``P`` (at least T, d); ``Wq`` and ``Wk`` (d,
            d_k), ``Wv`` (d, d); ``ln1_g``, ``ln1_b``, ``ln2_g``, ``ln2_b`` (d,), the gains and biases of the two
            normalisations; ``W1`` (d, h), ``b1`` (h,), ``W2`` (h, d), ``b2`` (d,).

    Returns:
        A dict with the thirteen names on the left, tensors of the dtype of the weights, each of its own (X is still X
        when X_pos has been computed). No argument is modified.

    Example:
        With the text's E and P and tokens = [0, 1, 2], the first row of X is [0.2, 0.1, -0.3, 0.5], and of X_pos [0.2,
        0.1, -0.2, 0.5].

    Source: deep dives, the forward pass of a transformer. What the text has no numbers for (the projections, the
    feed-forward part) comes with ``weights``.
    """
    raise NotImplementedError("deepdive.transformer_trace: forward is not written yet")
