"""A small transformer decoder, traced: every matrix of one forward pass, from tokens to probabilities.

You write down what the deep dives go through step by step: five words, one head, one block, and normalisation *behind*
each residual sum, as the first transformer had it. Source: deep dives, the forward pass of a transformer.
"""

# /// exercise
# title = "a forward pass through a transformer"
# hints = [
#   """One line for each name, and each needs only what stands above it. Attention and feed-forward are both added \
#   to what they were given, and the sum is normalised: LayerNorm(x + sublayer(x)), twice.""",
#   """scores = Q K.T / sqrt(d_k), without any mask; for the weights, what lies above the diagonal becomes minus \
#   infinity, and softmax runs along the last axis. The feed-forward part is relu(H1 W1 + b1) W2 + b2. The logits \
#   take E once more, transposed.""",
#   """X = E[tokens]; X_pos = X + P[:T]; later = torch.ones(T, T, dtype=torch.bool).triu(1); weights = \
#   scores.masked_fill(later, -torch.inf).softmax(-1); H1 = F.layer_norm(X_pos + attention, (d,), ln1_g, ln1_b); H2 \
#   likewise of H1 + ffn; logits = H2 @ E.T.""",
# ]
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
    # solution
    w, T = weights, len(tokens)
    X = w["E"][tokens]  # (T, d)
    X_pos = X + w["P"][:T]  # (T, d)

    Q, K, V = X_pos @ w["Wq"], X_pos @ w["Wk"], X_pos @ w["Wv"]
    scores = Q @ K.T / Q.shape[-1] ** 0.5  # (T, T)
    later = torch.ones(T, T, dtype=torch.bool).triu(1)
    alpha = scores.masked_fill(later, -torch.inf).softmax(-1)  # (T, T)
    attention = alpha @ V  # (T, d)

    d = X.shape[-1]
    H1 = F.layer_norm(X_pos + attention, (d,), w["ln1_g"], w["ln1_b"])  # post-norm: behind the sum
    ffn = F.relu(H1 @ w["W1"] + w["b1"]) @ w["W2"] + w["b2"]
    H2 = F.layer_norm(H1 + ffn, (d,), w["ln2_g"], w["ln2_b"])
    logits = H2 @ w["E"].T  # (T, V)
    return {
        "X": X,
        "X_pos": X_pos,
        "Q": Q,
        "K": K,
        "V": V,
        "scores": scores,
        "weights": alpha,
        "attention": attention,
        "H1": H1,
        "ffn": ffn,
        "H2": H2,
        "logits": logits,
        "probs": logits.softmax(-1),
    }
    # end solution
